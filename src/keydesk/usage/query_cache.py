"""What query strings were found to ask, so that the same text need not be read and checked again."""

import datetime as dt

from keydesk.usage.lru import BoundedMemory
from keydesk.usage.question import Question

_MAX_BYTES = 1_000_000
_ENTRY_BYTES = 700


class UnderstoodQueries:
    """Belongs to nobody: a question says nothing of who may ask it. `today` is part of it, for days left out."""

    def __init__(self) -> None:
        self._questions: BoundedMemory[tuple[bytes, dt.date], Question] = BoundedMemory(_MAX_BYTES)

    def note(self, query: bytes, today: dt.date, question: Question) -> None:
        self._questions.put((query, today), question, len(query) + _ENTRY_BYTES)

    def get(self, query: bytes, today: dt.date) -> Question | None:
        return self._questions.get((query, today))
