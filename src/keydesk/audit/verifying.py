"""Verifies the whole log and reports the first invalid entry."""

from collections.abc import Callable
from dataclasses import dataclass

from keydesk.audit.chain import SEVERED, Mark
from keydesk.audit.entries import Entry
from keydesk.audit.store import ANCHOR, HEAD, AuditStore


@dataclass(frozen=True, slots=True)
class Fault:
    """The sequence number of the first invalid entry, and what is wrong with it."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification. `entries` is the number of valid entries.

    Save `head` outside the database: a later log must contain it. `oldest` is the number of the oldest entry that
    retention has kept. `saved_head_removed` is true if the saved head is older, so that it cannot be compared.
    """

    entries: int
    head: Mark | None
    fault: Fault | None = None
    oldest: int = 1
    saved_head_removed: bool = False


@dataclass(frozen=True, slots=True)
class SavedHead:
    """A head that was saved outside the database: the hash of the entry with this number."""

    seq: int
    hash: str


class _FoundError(Exception):
    def __init__(self, seq: int, what: str) -> None:
        super().__init__(what)
        self.fault = Fault(seq, what)


@dataclass(slots=True)
class _Checked:
    last: Mark
    total: int
    entries: int = 0


class Verification:
    """`on_entry` is called with the number of entries that were verified, and with that of all entries."""

    def __init__(
        self,
        store: AuditStore,
        saved_head: SavedHead | None = None,
        on_entry: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self._store = store
        self._chain = store.chain
        self._saved_head = saved_head
        self._on_entry = on_entry

    async def run(self) -> Verdict:
        """Verify the log. Other processes can write to it at the same time."""
        while True:
            anchor = await self._store.mark(ANCHOR)
            verdict = await self._from(anchor)
            # If the anchor has moved, retention removed entries during the verification. Verify again.
            if verdict.fault is None or await self._store.mark(ANCHOR) == anchor:
                return verdict

    async def _from(self, anchor: Mark | None) -> Verdict:
        start, head = anchor or self._chain.start(ANCHOR), await self._store.mark(HEAD)
        checked = _Checked(start, max(0, head.seq - start.seq) if head else 0)
        try:
            self._check_anchor(anchor)
            while await self._pass(checked) and (head is None or checked.last.seq != head.seq):
                head = await self._store.mark(HEAD)
            self._check_end(checked.last, head)
        except _FoundError as found:
            return Verdict(checked.entries, head, found.fault)
        last_removed = anchor.seq if anchor else 0
        removed = self._saved_head is not None and self._saved_head.seq < last_removed
        return Verdict(checked.entries, head, oldest=last_removed + 1, saved_head_removed=removed)

    async def _pass(self, checked: _Checked) -> bool:
        """Check the entries after the last one that was checked. Return whether there were any."""
        so_far = checked.entries
        async for entry in self._store.entries(checked.last.seq):
            await self._check(entry, checked.last)
            number = checked.last.number + (entry.number is not None)
            checked.last = Mark("", entry.seq, number, entry.hash)
            checked.entries += 1
            self._on_entry(checked.entries, max(checked.entries, checked.total))
        return checked.entries > so_far

    async def _check(self, entry: Entry, before: Mark) -> None:
        if self._chain.fits(entry):
            if entry.seq != before.seq + 1:
                raise _FoundError(before.seq + 1, f"deleted: {_missing(before.seq + 1, entry.seq - 1)}")
            if entry.previous == SEVERED:
                raise _FoundError(entry.seq, "follows a forged head: entries may be missing")
            if entry.previous != before.hash or (
                entry.number is not None and entry.number != before.number + 1
            ):
                raise _FoundError(entry.seq, "does not follow the previous entry")
            self._check_saved_head(entry)
            return
        origin = await self._origin(entry)
        if origin is None:
            raise _FoundError(entry.seq, "edited: its content differs from what was recorded")
        first = min(entry.seq, before.seq + 1)
        raise _FoundError(first, f"reordered: entry {entry.seq} was written as entry {origin}")

    def _check_anchor(self, anchor: Mark | None) -> None:
        if anchor is not None and not self._chain.is_ours(anchor):
            raise _FoundError(anchor.seq + 1, "the anchor before this entry is forged")
        if anchor is not None:
            self._check_saved_head(anchor)

    def _check_saved_head(self, place: Entry | Mark) -> None:
        saved = self._saved_head
        if saved is not None and saved.seq == place.seq and saved.hash != place.hash:
            raise _FoundError(place.seq, "differs from the head that you saved")

    def _check_end(self, last: Mark, head: Mark | None) -> None:
        if head is None:
            what = (
                "the head is missing"
                if last.seq
                else "the log is empty: it was never written, or it was deleted"
            )
            raise _FoundError(last.seq, what)
        if not self._chain.is_ours(head):
            raise _FoundError(head.seq, "the head is forged")
        end = max(head.seq, self._saved_head.seq if self._saved_head else 0)
        if last.seq < end:
            raise _FoundError(last.seq + 1, f"truncated: {_missing(last.seq + 1, end)}")
        if last.seq > head.seq or last.hash != head.hash:
            raise _FoundError(last.seq, "the head does not match the last entry")

    async def _origin(self, entry: Entry) -> int | None:
        """Return the original sequence number of a valid entry that was moved, or None."""
        last = await self._store.last_seq()
        return next((seq for seq in range(1, last + 2) if self._chain.fits(entry, seq)), None)


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
