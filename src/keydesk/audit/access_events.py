"""Records what is no change but worth knowing: sign-ins and sign-outs, refusals, bursts of refused credentials.

Bounded, however often somebody comes: one entry a credential, one a session that ends, one a person and
permission in a while, and one a burst. Answers nobody and stops nobody: what cannot be recorded here is logged.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cachetools import TLRUCache, TTLCache

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


@dataclass(slots=True)
class _Burst:
    refused: int = 0


class AccessEventRecorder:
    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._seen: TLRUCache[object, timedelta, datetime] = TLRUCache(_REMEMBERED, _expiry, clock)
        self._bursts: TTLCache[str, _Burst, datetime] = TTLCache(_REMEMBERED, _BURST_SPAN, clock)

    async def arrived(self, principal: Principal, token: str) -> None:
        """Somebody came with a valid credential; recorded at its first use.

        A proxy's word has no token and counts as a new sign-in every day. Where every request brings a token
        of its own, as those of other Backstage plugins do, one entry stands for ten minutes of them.
        """
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        shown = token or f"{subject} on {self._clock().date()}"
        credential = ("credential", hashlib.sha256(shown.encode()).digest())
        if not self._is_new(credential, timedelta(days=1)):
            return
        person = ("subject", subject)
        if not self._is_new(person, _MANY_TOKENS_SPAN):
            return
        change = Change(subject, Action.SIGNED_IN, AuditedTable.SESSION, None)
        if not await self._noted(change):
            self._seen.pop(credential, None)
            self._seen.pop(person, None)

    def knows(self, digest: bytes) -> bool:
        """Whether the arrival with the token of this SHA-256 is recorded, so that nothing is left to be noted."""
        return ("credential", digest) in self._seen

    async def left(self, person: str) -> None:
        """A session of this person was ended, by themselves or by their provider. Their next sign-in is news again."""
        self._seen.pop(("subject", person), None)
        await self._noted(Change(person, Action.SIGNED_OUT, AuditedTable.SESSION, None))

    async def refused(self, principal: Principal, permission: str) -> None:
        """Somebody lacked a permission."""
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        thing = ("refused", subject, permission)
        if self._is_new(thing, _QUIET):
            change = Change(subject, Action.REFUSED, AuditedTable.PERMISSION, permission)
            if not await self._noted(change, Outcome.FAILED):
                self._seen.pop(thing, None)

    async def not_signed_in(self, source: str | None) -> None:
        """A credential was missing or bad. Single ones are not worth an entry; twenty in a minute are one."""
        place = source or "unknown"
        burst = self._bursts.get(place)
        if burst is None:
            burst = self._bursts[place] = _Burst()
        burst.refused += 1
        thing = ("burst", place)
        if burst.refused == _BURST and self._is_new(thing, _QUIET):
            after = {"refused": burst.refused, "within_seconds": int(_BURST_SPAN.total_seconds())}
            change = Change(SYSTEM_ACTOR, Action.REFUSED, AuditedTable.SESSION, None, after=after)
            if not await self._noted(change, Outcome.FAILED):
                self._seen.pop(thing, None)

    def _is_new(self, thing: object, span: timedelta) -> bool:
        """Return whether the thing was not seen within `span`, and note it."""
        if thing in self._seen:
            return False
        self._seen[thing] = span
        return True

    async def _noted(self, change: Change, outcome: Outcome = Outcome.SUCCEEDED) -> bool:
        """Whether it could be recorded."""
        try:
            await self._audit.note(change, outcome)
        except STORAGE_FAILURES as error:
            _log.error("audit_event_not_recorded", action=change.action, kind=type(error).__name__)
            return False
        return True


def _expiry(_: object, span: timedelta, now: datetime) -> datetime:
    return now + span
