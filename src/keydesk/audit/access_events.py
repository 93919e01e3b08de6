"""Records sign-ins, sign-outs, refused permissions and bursts of refused credentials.

The number of entries is bounded: one per credential, per ended session, per person and permission within a time span,
and per burst. A failure to record is logged and does not affect the request.
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
_REPEAT_AFTER = timedelta(minutes=5)
_SIGN_IN_INTERVAL = timedelta(minutes=10)
_CACHE_SIZE = 10_000


@dataclass(slots=True)
class _Burst:
    refused: int = 0


class AccessEventRecorder:
    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._seen: TLRUCache[object, timedelta, datetime] = TLRUCache(_CACHE_SIZE, _expiry, clock)
        self._bursts: TTLCache[str, _Burst, datetime] = TTLCache(_CACHE_SIZE, _BURST_SPAN, clock)

    async def arrived(self, principal: Principal, token: str) -> None:
        """Record the first use of a valid credential.

        Without a token, as with trusted proxy headers, a sign-in is recorded once a day. If every request has a new
        token, as with other Backstage plugins, one sign-in is recorded per ten minutes.
        """
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        secret = token or f"{subject} on {self._clock().date()}"
        credential = ("credential", hashlib.sha256(secret.encode()).digest())
        if not self._is_new(credential, timedelta(days=1)):
            return
        person = ("subject", subject)
        if not self._is_new(person, _SIGN_IN_INTERVAL):
            return
        change = Change(subject, Action.SIGNED_IN, AuditedTable.SESSION, None)
        if not await self._record(change):
            self._seen.pop(credential, None)
            self._seen.pop(person, None)

    def knows(self, digest: bytes) -> bool:
        """Return whether the use of the token with this SHA-256 digest has been recorded."""
        return ("credential", digest) in self._seen

    async def left(self, person: str) -> None:
        """Record the end of a session. The next sign-in of the person is recorded again."""
        self._seen.pop(("subject", person), None)
        await self._record(Change(person, Action.SIGNED_OUT, AuditedTable.SESSION, None))

    async def refused(self, principal: Principal, permission: str) -> None:
        """Record that the caller lacks a permission."""
        subject = principal.ref if isinstance(principal, Person) else principal.subject
        event = ("refused", subject, permission)
        if self._is_new(event, _REPEAT_AFTER):
            change = Change(subject, Action.REFUSED, AuditedTable.PERMISSION, permission)
            if not await self._record(change, Outcome.FAILED):
                self._seen.pop(event, None)

    async def not_signed_in(self, source: str | None) -> None:
        """Count a missing or invalid credential, and record a burst of 20 within one minute from one address."""
        address = source or "unknown"
        burst = self._bursts.get(address)
        if burst is None:
            burst = self._bursts[address] = _Burst()
        burst.refused += 1
        event = ("burst", address)
        if burst.refused == _BURST and self._is_new(event, _REPEAT_AFTER):
            after = {"refused": burst.refused, "within_seconds": int(_BURST_SPAN.total_seconds())}
            change = Change(SYSTEM_ACTOR, Action.REFUSED, AuditedTable.SESSION, None, after=after)
            if not await self._record(change, Outcome.FAILED):
                self._seen.pop(event, None)

    def _is_new(self, event: object, span: timedelta) -> bool:
        """Return whether the event is the first one within `span`, and remember it."""
        if event in self._seen:
            return False
        self._seen[event] = span
        return True

    async def _record(self, change: Change, outcome: Outcome = Outcome.SUCCEEDED) -> bool:
        """Record the event and return whether that succeeded."""
        try:
            await self._audit.note(change, outcome)
        except STORAGE_FAILURES as error:
            _log.error("audit_event_not_recorded", action=change.action, kind=type(error).__name__)
            return False
        return True


def _expiry(_: object, span: timedelta, now: datetime) -> datetime:
    return now + span
