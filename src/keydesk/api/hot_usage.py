"""GET /usage from memory: the same rules as the route's, the same figures, and no waiting."""

from dataclasses import dataclass

from keydesk.cache.cache import CacheMiss
from keydesk.http.snapshot_answer import CachedAnswer
from keydesk.kit.people import VerifiedCaller
from keydesk.usage.service import Usage
from keydesk.views.service import Views


@dataclass(frozen=True, slots=True)
class HotUsage:
    """`reads` must not wait."""

    reads: Views
    usage: Usage

    async def answer(self, caller: VerifiedCaller, query: bytes) -> CachedAnswer:
        """Raises CacheMiss, and what `Views.account` raises."""
        account = await self.reads.account(caller.person)
        fresh = self.usage.fresh_for_user(account.value, query)
        if fresh is None:
            raise CacheMiss
        return CachedAnswer(fresh.ready)
