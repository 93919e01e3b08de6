"""Periodically confirms portal sessions with the provider and updates the person's groups.

At most one check per session runs across all replicas, because many providers accept a refresh token only once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from keydesk.auth.confirmation import Confirmation
from keydesk.auth.grants import SealedGrants
from keydesk.auth.provider import ProviderRefused
from keydesk.auth.session_store import SessionRow, SessionStore, dump_asserted, load_asserted
from keydesk.kit.clock import Clock
from keydesk.kit.people import Asserted
from keydesk.kit.problems import IdentityProviderUnavailable, NotSignedIn, UpstreamBusy
from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)
_AFTER_FAILURE = timedelta(seconds=30)


@dataclass(frozen=True)
class SessionChecks:
    """`every` is the time between two checks. `left` records that the provider ended a session."""

    confirmation: Confirmation
    store: SessionStore
    sealed: SealedGrants
    leases: Leases
    clock: Clock
    every: timedelta
    left: Callable[[str], Awaitable[None]]

    async def checked(self, row: SessionRow, session_id: str) -> SessionRow | None:
        """Return the session after the check if one is due, or None if the provider ended it.

        While the provider is unavailable, the session stays unchanged. Raises SQLAlchemy's errors.
        """
        if not self._is_due(row):
            return row
        # Shielded: a disconnecting client must not cause the loss of a rotated refresh token.
        return await asyncio.shield(asyncio.create_task(self._check_locked(row, session_id)))

    def _is_due(self, row: SessionRow) -> bool:
        if row.issuer != self.confirmation.settings.issuer:
            return False
        return row.check_due_at is not None and row.check_due_at <= self.clock()

    async def _check_locked(self, row: SessionRow, session_id: str) -> SessionRow | None:
        try:
            async with self.leases.hold(f"session:{row.id_hash}"):
                latest = await self.store.find(row.id_hash)
                if latest is None or not self._is_due(latest):
                    return latest
                return await self._check(latest, session_id)
        except UpstreamBusy:
            return row

    async def _check(self, row: SessionRow, session_id: str) -> SessionRow | None:
        grant = self.sealed.open(row.sealed_grant, session_id)
        if grant is None or not grant.can_ask(self.clock().timestamp()):
            return await self._changed(row, sealed_grant=None, check_due_at=None)
        subject = row.subject or ""
        try:
            now = await self.confirmation.refreshed(grant)
            if now.grant.refresh_token != grant.refresh_token:
                row = await self._changed(row, sealed_grant=self.sealed.seal(now.grant, session_id))
            before = load_asserted(row.asserted) or Asserted()
            asserted = await self.confirmation.asserted(now, subject, before)
        except (ProviderRefused, NotSignedIn):
            await self._end(row)
            return None
        except IdentityProviderUnavailable:
            return await self._changed(row, check_due_at=self.clock() + _AFTER_FAILURE)
        if asserted is None:
            return await self._changed(row, check_due_at=self.clock() + self.every)
        return await self._changed(
            row,
            asserted=dump_asserted(asserted),
            check_due_at=self.clock() + self.every,
            confirmed_at=self.clock(),
        )

    async def _changed(self, row: SessionRow, **values: object) -> SessionRow:
        await self.store.change(row.id_hash, **values)
        return replace(row, **values)  # type: ignore[arg-type] # the columns have the row's names and types

    async def _end(self, row: SessionRow) -> None:
        _log.info("session_ended_by_provider", person=row.ref)
        await self.store.remove(row.id_hash)
        await self.left(row.ref)
