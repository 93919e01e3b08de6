"""The routes that the fast lane serves from the cache."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from keydesk.api.answers import ViewAnswers
from keydesk.cache.cache import CacheMiss
from keydesk.http.cached_answer import CachedAnswer
from keydesk.http.fast_lane import HotRead, HotReads
from keydesk.kit.people import VerifiedCaller
from keydesk.settings import Settings
from keydesk.usage.service import Usage
from keydesk.views.service import Views


@dataclass(frozen=True, slots=True)
class HotUsage:
    """`GET /usage` from the cache, with the same rules and figures as the route. `views` must not wait for LiteLLM."""

    views: Views
    usage: Usage

    async def answer(self, caller: VerifiedCaller, query: bytes) -> CachedAnswer:
        """Return the cached response. Raises CacheMiss, and the errors of `Views.account`."""
        account = await self.views.account(caller.person)
        fresh = self.usage.fresh_for_user(account.value, query)
        if fresh is None:
            raise CacheMiss
        return CachedAnswer(fresh.ready)


def hot_reads(api: str, answers: ViewAnswers, usage: HotUsage, settings: Settings) -> HotReads:
    """Return the hot reads by full path. `api` is the prefix. None of the services may wait for LiteLLM."""
    reads: dict[str, HotRead] = {
        "/user/info": _without_query(answers.account),
        "/keys": _without_query(answers.keys),
        "/models": _without_query(answers.models),
        "/teams": _without_query(answers.teams),
        "/teams/managed": _without_query(answers.managed_teams),
        "/config": _without_query(answers.config),
        "/usage": usage.answer,
    }
    if settings.litellm.bridge.enabled:
        reads |= {"/bridge/keys": reads["/keys"], "/bridge/models": reads["/models"]}
    return {api + path: read for path, read in reads.items()}


def _without_query(read: Callable[[VerifiedCaller], Awaitable[CachedAnswer]]) -> HotRead:
    """Return the read as a `HotRead` that ignores the query string, as the route does."""
    return lambda caller, _: read(caller)
