"""Stores the sessions of browsers and machines. Contains hashes of session ids only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from sqlalchemy import CursorResult, delete, insert, or_, select, update

from keydesk.auth.logout_tokens import Ended
from keydesk.auth.used_tokens import used_first
from keydesk.kit.people import Asserted
from keydesk.storage.database import Database
from keydesk.storage.tables import sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A stored session. `sealed_token` can be decrypted with the session id only."""

    id_hash: str
    ref: str
    asserted: dict[str, Any] | None
    issuer: str | None
    subject: str | None
    provider_session: str | None
    sealed_token: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    sealed_grant: str | None = None
    check_due_at: datetime | None = None
    confirmed_at: datetime | None = None
    machine: bool = False


class SessionStore:
    """The sessions of browsers, or those of machines. Raises SQLAlchemy's errors while the database is unavailable."""

    def __init__(self, database: Database, *, machine: bool = False) -> None:
        self._database = database
        self.machine = machine
        self._kind = sessions.c.machine == machine

    async def add(self, row: SessionRow) -> None:
        values = {name: getattr(row, name) for name in SessionRow.__slots__}
        async with self._database.writing() as connection:
            await connection.execute(insert(sessions).values(**values))

    async def find(self, id_hash: str) -> SessionRow | None:
        async with self._database.reading() as connection:
            found = (
                await connection.execute(select(sessions).where(sessions.c.id_hash == id_hash, self._kind))
            ).one_or_none()
        return None if found is None else SessionRow(**found._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    async def remove(self, id_hash: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

    async def change(self, id_hash: str, **values: Any) -> None:
        """Set the given columns of the session."""
        changed = update(sessions).where(sessions.c.id_hash == id_hash).values(**values)
        async with self._database.writing() as connection:
            await connection.execute(changed)

    async def remove_of_provider(self, ended: Ended) -> list[str] | None:
        """Delete the sessions of a logout token: one provider session, or all of a subject.

        Return the references of their users, or None if the logout token was used before.
        """
        condition = (
            sessions.c.provider_session == ended.session
            if ended.session is not None
            else sessions.c.subject == ended.subject
        )
        gone = delete(sessions).where(sessions.c.issuer == ended.issuer, condition).returning(sessions.c.ref)
        async with self._database.writing() as connection:
            # One transaction: a failed logout must not mark its token as used.
            if not await used_first(self._database, connection, ended.token):
                return None
            return list((await connection.execute(gone)).scalars())

    async def remove_ended(self, expired_by: datetime, not_seen_since: datetime) -> int:
        over = or_(sessions.c.expires_at <= expired_by, sessions.c.seen_at <= not_seen_since)
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(delete(sessions).where(over, self._kind))
            return result.rowcount


def dump_asserted(asserted: Asserted | None) -> dict[str, Any] | None:
    """Return a user's attributes as JSON for the column `asserted`."""
    if asserted is None:
        return None
    named = {"email": asserted.email, "display_name": asserted.display_name}
    described = {"cost_center": asserted.cost_center, "labels": dict(asserted.labels)}
    return {**named, "groups": sorted(asserted.groups), **described}


def load_asserted(written: dict[str, Any] | None) -> Asserted | None:
    """Return the attributes that `dump_asserted` serialized. Members of an unexpected type are ignored."""
    if written is None:
        return None
    names = ("email", "display_name", "groups", "cost_center", "labels")
    email, display_name, groups, cost_center, labels = (written.get(name) for name in names)
    return Asserted(
        email=email if isinstance(email, str) else None,
        display_name=display_name if isinstance(display_name, str) else None,
        groups=frozenset(map(str, groups)) if isinstance(groups, list) else frozenset(),
        cost_center=cost_center if isinstance(cost_center, str) else None,
        labels=tuple(labels.items()) if _is_flat(labels) else (),
    )


def _is_flat(labels: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(labels, dict) and all(isinstance(text, str) for text in labels.values())
