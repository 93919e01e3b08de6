"""The hash chain of the audit log. Each entry's HMAC covers the previous entry. Pure.

The key is not in the database. With write access to the tables alone, nobody can create a valid entry or a valid mark
for a truncated log.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from keydesk.audit.entries import Draft, Entry

GENESIS = "0" * 64
"""The previous hash of the first entry."""
SEVERED = "f" * 64
"""The previous hash of an entry that was written after a forged head. It matches no entry."""


_LATER = frozenset({"claimed_request_id", "claimed_source"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in the log: the last entry (`head`) or the last entry that retention removed (`anchor`).

    `number` is the number of changes up to this position. `seal` is the HMAC of the other fields.
    """

    name: str
    seq: int
    number: int
    hash: str
    seal: str = ""

    def members(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Chain:
    """Computes and verifies the HMACs of entries and marks."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def start(self, name: str) -> Mark:
        """Return the mark before the first entry."""
        return self.sealed_mark(Mark(name, 0, 0, GENESIS))

    def link(self, draft: Draft, after: Mark) -> tuple[Entry, Mark]:
        """Return the entry that follows `after`, and the new mark without a seal."""
        counts = draft.kind != "outcome"
        seq, number = after.seq + 1, after.number + counts
        members = draft.members() | {
            "seq": seq,
            "number": number if counts else None,
            "previous": after.hash,
        }
        entry = Entry(**members, hash=self._digest("entry", _signed(members)))
        return entry, Mark(after.name, seq, number, entry.hash)

    def fits(self, entry: Entry, seq: int | None = None) -> bool:
        """Return whether the hash matches the content of the entry, optionally with another sequence number."""
        members = entry.members()
        found = members.pop("hash")
        if seq is not None:
            members["seq"] = seq
        return hmac.compare_digest(self._digest("entry", _signed(members)), found)

    def sealed_mark(self, mark: Mark) -> Mark:
        return Mark(mark.name, mark.seq, mark.number, mark.hash, self._seal(mark))

    def is_ours(self, mark: Mark) -> bool:
        """Return whether the seal of the mark is valid."""
        return hmac.compare_digest(self._seal(mark), mark.seal)

    def to_write_after(self, head: Mark) -> Mark:
        """Return the head, with the hash replaced by `SEVERED` if its seal is invalid.

        Otherwise, the next entry would make a truncated log with a forged head valid.
        """
        return head if self.is_ours(head) else replace(head, hash=SEVERED)

    def _seal(self, mark: Mark) -> str:
        return self._digest("mark", {"mark": mark.name, "seq": mark.seq, "n": mark.number, "hash": mark.hash})

    def _digest(self, purpose: str, content: dict[str, Any]) -> str:
        text = json.dumps([purpose, content], sort_keys=True, separators=(",", ":"), default=_plain)
        return hmac.digest(self._key, text.encode(), hashlib.sha256).hex()


def _signed(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members that the hash covers. Members of later releases are included only if they are set."""
    return {name: value for name, value in members.items() if name not in _LATER or value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} is not JSON serializable")
