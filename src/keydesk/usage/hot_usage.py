"""GET /usage from memory: the same rules as the route's, the same figures, and no waiting."""

from dataclasses import dataclass

from keydesk.http.snapshot_answer import SnapshotAnswer
from keydesk.identity.principal import VerifiedCaller
from keydesk.reads.service import Reads
from keydesk.snapshots.cache import NotInMemory
from keydesk.usage.service import Usage


@dataclass(frozen=True, slots=True)
class HotUsage:
    """`reads` must not wait."""

    reads: Reads
    usage: Usage

    async def answer(self, caller: VerifiedCaller, query: bytes) -> SnapshotAnswer:
        """Raises NotInMemory, and what `Reads.account` raises."""
        account = await self.reads.account(caller.person)
        fresh = self.usage.fresh_for_user(account.value, query)
        if fresh is None:
            raise NotInMemory
        return SnapshotAnswer(fresh.ready)
