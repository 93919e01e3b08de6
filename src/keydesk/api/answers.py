"""What each read answers: the bytes of its snapshot. Used by the routes, and by the short way before them."""

from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter

from keydesk.accounts.models import AccountView
from keydesk.api.auditors import Auditors
from keydesk.cache.cache import CachedResult
from keydesk.cache.cached_json import EncodedBody
from keydesk.config.models import ConfigView
from keydesk.http.cached_answer import CachedAnswer
from keydesk.kit.clock import Clock
from keydesk.kit.people import VerifiedCaller
from keydesk.litellm import User
from keydesk.views.service import Views

T = TypeVar("T")
_ACCOUNT = TypeAdapter(AccountView)
_CONFIG = TypeAdapter(ConfigView)


class ViewAnswers:
    """Each takes a person who is signed in, and raises as `Views` does."""

    def __init__(self, reads: Views, auditors: Auditors, clock: Clock, config: ConfigView) -> None:
        self._config = CachedAnswer(EncodedBody.of(_CONFIG, config))
        self._reads = reads
        self._auditors = auditors
        self._clock = clock

    async def account(self, caller: VerifiedCaller) -> CachedAnswer:
        seen = await self._reads.known(caller.person)
        may_audit = await self._auditors.include(caller)
        if seen.in_outage:
            as_of = seen.taken_at(self._clock())
            return CachedAnswer(_account(seen.value.user, may_audit, as_of), seen)
        encoded = seen.value.shown.get(may_audit)
        if encoded is None:
            encoded = seen.value.shown[may_audit] = _account(seen.value.user, may_audit)
        return CachedAnswer(encoded, seen)

    async def keys(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._reads.keys(caller.person))

    async def teams(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._reads.teams(caller.person))

    async def managed_teams(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._reads.managed_teams(caller.person))

    async def models(self, _: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._reads.models())

    async def config(self, _: VerifiedCaller) -> CachedAnswer:
        return self._config


def _answer(seen: CachedResult[EncodedBody[T]]) -> CachedAnswer:
    return CachedAnswer(seen.value, seen)


def _account(user: User, may_audit: bool, as_of: datetime | None = None) -> EncodedBody[AccountView]:
    return EncodedBody.of(_ACCOUNT, AccountView.of(user, can_view_audit=may_audit, as_of=as_of))
