"""What each read answers: the bytes of its snapshot. Used by the routes, and by the short way before them."""

from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter

from keydesk.access.auditors import Auditors
from keydesk.accounts.models import AccountView
from keydesk.clock import Clock
from keydesk.config.models import ConfigView
from keydesk.http.snapshot_answer import SnapshotAnswer
from keydesk.identity.principal import VerifiedCaller
from keydesk.litellm import User
from keydesk.reads.service import Reads
from keydesk.snapshots.cache import Seen
from keydesk.snapshots.encoded import Encoded

T = TypeVar("T")
_ACCOUNT = TypeAdapter(AccountView)
_CONFIG = TypeAdapter(ConfigView)


class ReadAnswers:
    """Each takes a person who is signed in, and raises as `Reads` does."""

    def __init__(self, reads: Reads, auditors: Auditors, clock: Clock, config: ConfigView) -> None:
        self._config = SnapshotAnswer(Encoded.of(_CONFIG, config))
        self._reads = reads
        self._auditors = auditors
        self._clock = clock

    async def account(self, caller: VerifiedCaller) -> SnapshotAnswer:
        seen = await self._reads.known(caller.person)
        may_audit = await self._auditors.include(caller)
        if seen.in_outage:
            as_of = seen.taken_at(self._clock())
            return SnapshotAnswer(_account(seen.value.user, may_audit, as_of), seen)
        encoded = seen.value.shown.get(may_audit)
        if encoded is None:
            encoded = seen.value.shown[may_audit] = _account(seen.value.user, may_audit)
        return SnapshotAnswer(encoded, seen)

    async def keys(self, caller: VerifiedCaller) -> SnapshotAnswer:
        return _answer(await self._reads.keys(caller.person))

    async def teams(self, caller: VerifiedCaller) -> SnapshotAnswer:
        return _answer(await self._reads.teams(caller.person))

    async def managed_teams(self, caller: VerifiedCaller) -> SnapshotAnswer:
        return _answer(await self._reads.managed_teams(caller.person))

    async def models(self, _: VerifiedCaller) -> SnapshotAnswer:
        return _answer(await self._reads.models())

    async def config(self, _: VerifiedCaller) -> SnapshotAnswer:
        return self._config


def _answer(seen: Seen[Encoded[T]]) -> SnapshotAnswer:
    return SnapshotAnswer(seen.value, seen)


def _account(user: User, may_audit: bool, as_of: datetime | None = None) -> Encoded[AccountView]:
    return Encoded.of(_ACCOUNT, AccountView.of(user, can_view_audit=may_audit, as_of=as_of))
