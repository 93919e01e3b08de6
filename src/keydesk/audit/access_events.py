"""Records what is no change but worth knowing: sign-ins and sign-outs, refusals, bursts of refused credentials.

Bounded, however often somebody comes: one entry a credential, one a session that ends, one a person and
permission in a while, and one a burst. Answers nobody and stops nobody: what cannot be recorded here is logged.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change, Outcome
from keydesk.audit.service import Audit
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person, Principal
from keydesk.storage.database import STORAGE_FAILURES

_log = structlog.get_logger(__name__)
_BURST = 20
_BURST_SPAN = timedelta(minutes=1)
_QUIET = timedelta(minutes=5)
_MANY_TOKENS_SPAN = timedelta(minutes=10)
_REMEMBERED = 10_000


class _Recent:
    """The last things done, at most `_REMEMBERED`, each for a while."""

    def __init__(self) -> None:
        self._until: OrderedDict[object, datetime] = OrderedDict()

    def is_new(self, thing: object, now: datetime, span: timedelta) -> bool:
        """Whether it was not done within `span`; from now on it was."""
        if self.has(thing, now):
            return False
        self._until[thing] = now + span
        self._until.move_to_end(thing)
        if len(self._until) > _REMEMBERED:
            self._until.popitem(last=False)
        return True

    def has(self, thing: object, now: datetime) -> bool:
        until = self._until.get(thing)
        return until is not None and until > now

    def forget(self, thing: object) -> None:
        self._until.pop(thing, None)


@dataclass(slots=True)
class _Burst:
    began_at: datetime
    refused: int = 0


class AccessEventRecorder:
    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._seen = _Recent()
        self._bursts: OrderedDict[str, _Burst] = OrderedDict()

    async def arrived(self, principal: Principal, token: str) -> None:
        """Somebody came with a valid credential; recorded at its first use.

        A proxy's word has no token and counts as a new sign-in every day. Where every request brings a token
        of its own, as those of other Backstage plugins do, one entry stands for ten minutes of them.
        """
        now = self._clock()
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        shown = token or f"{subject} on {now.date()}"
        credential = ("credential", hashlib.sha256(shown.encode()).digest())
        if not self._seen.is_new(credential, now, timedelta(days=1)):
            return
        person = ("subject", subject)
        if not self._seen.is_new(person, now, _MANY_TOKENS_SPAN):
            return
        change = Change(subject, Action.SIGNED_IN, AuditedTable.SESSION, None)
        if not await self._noted(change):
            self._seen.forget(credential)
            self._seen.forget(person)

    def knows(self, digest: bytes) -> bool:
        """Whether the arrival with the token of this SHA-256 is recorded, so that nothing is left to be noted."""
        return self._seen.has(("credential", digest), self._clock())

    async def left(self, person: str) -> None:
        """A session of this person was ended, by themselves or by their provider. Their next sign-in is news again."""
        self._seen.forget(("subject", person))
        await self._noted(Change(person, Action.SIGNED_OUT, AuditedTable.SESSION, None))

    async def refused(self, principal: Principal, permission: str) -> None:
        """Somebody lacked a permission."""
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        thing = ("refused", subject, permission)
        if self._seen.is_new(thing, self._clock(), _QUIET):
            change = Change(subject, Action.REFUSED, AuditedTable.PERMISSION, permission)
            if not await self._noted(change, Outcome.FAILED):
                self._seen.forget(thing)

    async def not_signed_in(self, source: str | None) -> None:
        """A credential was missing or bad. Single ones are not worth an entry; twenty in a minute are one."""
        now, place = self._clock(), source or "unknown"
        burst = self._bursts.get(place)
        if burst is None or burst.began_at + _BURST_SPAN < now:
            burst = self._bursts[place] = _Burst(now)
        self._bursts.move_to_end(place)
        if len(self._bursts) > _REMEMBERED:
            self._bursts.popitem(last=False)
        burst.refused += 1
        thing = ("burst", place)
        if burst.refused == _BURST and self._seen.is_new(thing, now, _QUIET):
            after = {"refused": burst.refused, "within_seconds": int(_BURST_SPAN.total_seconds())}
            change = Change(SYSTEM_ACTOR, Action.REFUSED, AuditedTable.SESSION, None, after=after)
            if not await self._noted(change, Outcome.FAILED):
                self._seen.forget(thing)

    async def _noted(self, change: Change, outcome: Outcome = Outcome.SUCCEEDED) -> bool:
        """Whether it could be recorded."""
        try:
            await self._audit.note(change, outcome)
        except STORAGE_FAILURES as error:
            _log.error("audit_event_not_recorded", action=change.action, kind=type(error).__name__)
            return False
        return True
