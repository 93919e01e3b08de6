"""Sessions of people, in a browser or on a machine: start, find, end. Only the browser or machine has the session id.

Does not authenticate users; the sign-in that starts a session does.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from keydesk.auth.grants import Grant
from keydesk.auth.logout_tokens import Ended
from keydesk.auth.session_checks import SessionChecks
from keydesk.auth.session_store import SessionRow, SessionStore, dump_asserted, load_asserted
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import StorageUnavailable
from keydesk.settings import Sessions
from keydesk.storage.database import STORAGE_FAILURES

_NOTED_EVERY = timedelta(minutes=1)
"""Minimum time between two writes of a session's last use."""


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """The provider's data about a sign-in. `session` is the provider's session id, if it has one."""

    issuer: str
    subject: str
    session: str | None
    id_token: str = field(repr=False)
    grant: Grant


@dataclass(frozen=True, slots=True)
class Session:
    """A valid session. `id` is a secret. `by_provider` is False for demo sessions."""

    id: SecretStr
    person: Person
    by_provider: bool


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts: without use, in total, and without confirmation by the provider."""

    idle: timedelta
    absolute: timedelta
    unconfirmed: timedelta

    @classmethod
    def of(cls, settings: Sessions) -> "SessionLimits":
        return cls(
            timedelta(minutes=settings.idle_minutes),
            timedelta(hours=settings.absolute_hours),
            timedelta(minutes=settings.unconfirmed_minutes),
        )


class PersonSessions:
    """Raises StorageUnavailable while the database is unavailable. Without `checks`, sessions are not confirmed."""

    def __init__(
        self, store: SessionStore, limits: SessionLimits, clock: Clock, checks: SessionChecks | None = None
    ) -> None:
        self._store = store
        self._checks = checks
        self._limits = limits
        self._clock = clock

    async def begin(
        self, person: Person, provider: ProviderSession | None = None, until: datetime | None = None
    ) -> SecretStr:
        """Start a session for `person` with a new random id. It ends at `until` if that is earlier."""
        new_id, now = secrets.token_urlsafe(32), self._clock()
        end = now + self._limits.absolute
        checks = self._checks if provider else None
        row = SessionRow(
            id_hash=session_hash(new_id),
            ref=person.ref,
            asserted=dump_asserted(person.asserted),
            issuer=provider.issuer if provider else None,
            subject=provider.subject if provider else None,
            provider_session=provider.session if provider else None,
            sealed_token=_sealed(provider.id_token, new_id) if provider and provider.id_token else None,
            created_at=now,
            seen_at=now,
            expires_at=min(end, until) if until else end,
            sealed_grant=checks.sealed.seal(provider.grant, new_id) if provider and checks else None,
            check_due_at=now + checks.every if checks else None,
            confirmed_at=now,
            machine=self._store.machine,
        )
        try:
            await self._store.add(row)
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        return SecretStr(new_id)

    async def find(self, session_id: str) -> Session | None:
        """Return the session with this id if it is not expired, not idle and confirmed by its provider.

        If a check is due, the session is confirmed with the provider first.
        """
        now = self._clock()
        try:
            row = await self._store.find(session_hash(session_id))
            if row is None or self._has_ended(row):
                return None
            if self._checks is not None:
                row = await self._checks.checked(row, session_id)
            if row is None or self._is_unconfirmed(row):
                return None
            if row.seen_at + _NOTED_EVERY <= now:
                await self._store.change(row.id_hash, seen_at=now)
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        person = Person(row.ref, load_asserted(row.asserted))
        return Session(SecretStr(session_id), person, row.issuer is not None)

    async def awaits_provider(self, session_id: str) -> bool:
        """Return whether the session is not valid only because the provider could not confirm it yet."""
        try:
            row = await self._store.find(session_hash(session_id))
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        if row is None or self._has_ended(row) or row.check_due_at is None:
            return False
        return self._is_unconfirmed(row)

    def _has_ended(self, row: SessionRow) -> bool:
        now = self._clock()
        return row.expires_at <= now or row.seen_at + self._limits.idle <= now

    def _is_unconfirmed(self, row: SessionRow) -> bool:
        """Return whether the last confirmation is too old. Demo sessions need none."""
        confirmed_at = row.confirmed_at or row.created_at
        return row.issuer is not None and confirmed_at + self._limits.unconfirmed <= self._clock()

    async def end(self, session: Session) -> str | None:
        """End the session. Return its ID token, which the provider needs for its own logout."""
        session_id = session.id.get_secret_value()
        try:
            row = await self._store.find(session_hash(session_id))
            await self._store.remove(session_hash(session_id))
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        return _opened(row.sealed_token, session_id) if row and row.sealed_token else None

    async def end_of_provider(self, ended: Ended) -> list[str] | None:
        """End the sessions of a logout token. Return the references of their users, or None if it was used before."""
        try:
            return await self._store.remove_of_provider(ended)
        except STORAGE_FAILURES:
            raise StorageUnavailable from None

    async def prune(self) -> int:
        """Delete expired sessions. Return their number. Raises SQLAlchemy's errors."""
        now = self._clock()
        return await self._store.remove_ended(now, now - self._limits.idle)


def session_hash(session_id: str) -> str:
    """Return the hash by which the database knows a session."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _sealing_key(session_id: str) -> OctKey:
    return OctKey.import_key(hmac.digest(session_id.encode(), b"keydesk/id-token", hashlib.sha256))


def _sealed(token: str, session_id: str) -> str:
    return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, token, _sealing_key(session_id))


def _opened(sealed: str, session_id: str) -> str | None:
    try:
        return (jwe.decrypt_compact(sealed, _sealing_key(session_id)).plaintext or b"").decode() or None
    except (JoseError, ValueError):
        return None
