"""The chain: every entry's hash covers the one before it, under a key that is not in the database. Pure.

Whoever can write the tables but has no key can make no valid entry, and no mark that fits a shorter log.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from keydesk.audit.entries import Draft, Entry

GENESIS = "0" * 64
"""What stands in the place of a hash before the first entry."""
SEVERED = "f" * 64
"""What stands in its place in an entry that was written after a head which is not ours: it fits no entry."""


_LATER = frozenset({"claimed_request_id", "claimed_source"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the log: the last entry (`head`), or the last one that retention took away (`anchor`).

    `number` is how many changes there were up to here. `seal` binds it all to the key.
    """

    name: str
    seq: int
    number: int
    hash: str
    seal: str = ""


class Chain:
    """Seals entries and marks with `key`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def start(self, name: str) -> Mark:
        """The mark before the first entry."""
        return self.sealed_mark(Mark(name, 0, 0, GENESIS))

    def link(self, draft: Draft, after: Mark) -> tuple[Entry, Mark]:
        """The draft as the entry that follows `after`, and the mark then (whose seal is not made yet)."""
        counts = draft.kind != "outcome"
        seq, number = after.seq + 1, after.number + counts
        members = asdict(draft) | {
            "seq": seq,
            "number": number if counts else None,
            "previous": after.hash,
        }
        entry = Entry(**members, hash=self._digest("entry", _signed(members)))
        return entry, Mark(after.name, seq, number, entry.hash)

    def fits(self, entry: Entry, seq: int | None = None) -> bool:
        """Whether the entry's hash is that of its content, at its own place or at another one."""
        members = entry.members()
        found = members.pop("hash")
        if seq is not None:
            members["seq"] = seq
        return hmac.compare_digest(self._digest("entry", _signed(members)), found)

    def sealed_mark(self, mark: Mark) -> Mark:
        return Mark(mark.name, mark.seq, mark.number, mark.hash, self._seal(mark))

    def is_ours(self, mark: Mark) -> bool:
        """Whether the seal of the mark was made with our key for just this place."""
        return hmac.compare_digest(self._seal(mark), mark.seal)

    def to_write_after(self, head: Mark) -> Mark:
        """The head, severed from what is before it unless it is ours.

        Else whoever can write the tables would have the log cut short, and our next entry would seal that.
        """
        return head if self.is_ours(head) else replace(head, hash=SEVERED)

    def _seal(self, mark: Mark) -> str:
        return self._digest("mark", {"mark": mark.name, "seq": mark.seq, "n": mark.number, "hash": mark.hash})

    def _digest(self, purpose: str, content: dict[str, Any]) -> str:
        text = json.dumps([purpose, content], sort_keys=True, separators=(",", ":"), default=_plain)
        return hmac.digest(self._key, text.encode(), hashlib.sha256).hex()


def _signed(members: dict[str, Any]) -> dict[str, Any]:
    """Return what the hash covers. Members of later releases count where they are set: older entries have none."""
    return {name: value for name, value in members.items() if name not in _LATER or value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} is not JSON serializable")
