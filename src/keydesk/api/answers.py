"""Builds the cached response of each read, for the routes; `hot_reads.py` is for the fast lane."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from keydesk.accounts.models import AccountView
from keydesk.api.auditors import Auditors
from keydesk.api.config_answers import ConfigAnswers
from keydesk.cache.cache import CachedResult
from keydesk.cache.cached_json import EncodedBody
from keydesk.http.cached_answer import CachedAnswer
from keydesk.kit.clock import Clock
from keydesk.kit.people import VerifiedCaller
from keydesk.litellm import User
from keydesk.views.service import Views

Body = TypeVar("Body", bound=EncodedBody[Any])
_ACCOUNT = TypeAdapter(AccountView)


class ViewAnswers:
    """The responses of reads. Each method takes a signed-in caller and raises the errors of `Views`."""

    def __init__(self, views: Views, auditors: Auditors, clock: Clock, configs: ConfigAnswers) -> None:
        self.configs = configs
        self._views = views
        self._auditors = auditors
        self._clock = clock

    async def account(self, caller: VerifiedCaller) -> CachedAnswer:
        result = await self._views.known_account(caller.person)
        may_audit = await self._auditors.include(caller)
        if result.in_outage:
            as_of = result.taken_at(self._clock())
            return CachedAnswer(_account(result.value.user, may_audit, as_of), result)
        encoded = result.value.shown.get(may_audit)
        if encoded is None:
            encoded = result.value.shown[may_audit] = _account(result.value.user, may_audit)
        return CachedAnswer(encoded, result)

    async def keys(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._views.keys(caller.person))

    async def teams(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._views.teams(caller.person))

    async def managed_teams(self, caller: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._views.managed_teams(caller.person))

    async def models(self, _: VerifiedCaller) -> CachedAnswer:
        return _answer(await self._views.models())

    async def config(self, caller: VerifiedCaller) -> CachedAnswer:
        return await self.configs.of(caller.person)


def _answer(result: CachedResult[Body]) -> CachedAnswer:
    return CachedAnswer(result.value, result)


def _account(user: User, may_audit: bool, as_of: datetime | None = None) -> EncodedBody[AccountView]:
    return EncodedBody.of(_ACCOUNT, AccountView.of(user, can_view_audit=may_audit, as_of=as_of))
