"""Makes every process forget what a change touched. Decides nothing about what that is."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.audit.cache_tags import of_account, of_user, touched_by
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.cache.cache import Cache
from keydesk.storage.invalidation_bus import InvalidationBus


class Invalidation:
    """What the audit log and the stores tell of changes. Here first, then everywhere else."""

    def __init__(self, snapshots: Cache, bus: InvalidationBus) -> None:
        self._snapshots = snapshots
        self._bus = bus

    async def changed(self, change: Change, object_id: str | None, *, certain: bool = True) -> None:
        await self._drop(touched_by(change, object_id), certain)

    def announcing(self, change: Change, object_id: str | None) -> "Announcement":
        """Return the announcement of a change that was made, for the transaction that records it."""
        return Announcement(self._snapshots, self._bus, touched_by(change, object_id))

    def account_changing(self, user_id: str) -> "Announcement":
        """Return the announcement of a change of an account's record, for the transaction that makes it."""
        return Announcement(self._snapshots, self._bus, {of_account(user_id), of_user(user_id)})

    async def _drop(self, tags: Collection[str], certain: bool = True) -> None:
        if tags:
            self._snapshots.drop(tags, certain=certain)
            await self._bus.publish(tags, certain=certain)


class Announcement:
    """Makes this process and all others forget what one change touched."""

    def __init__(self, snapshots: Cache, bus: InvalidationBus, tags: Collection[str]) -> None:
        self._snapshots = snapshots
        self._tags = tags
        self._message = bus.message(tags) if tags else None

    def drop_here(self) -> None:
        self._snapshots.drop(self._tags)

    async def send(self, connection: AsyncConnection) -> None:
        """Tell the others with the transaction of `connection`."""
        if self._message is not None:
            await self._message.send(connection)

    async def delivered(self) -> None:
        """After the commit: forget it here, and return once everybody else has."""
        self.drop_here()
        if self._message is not None:
            await self._message.delivered()


def tags_of_entry(
    table: str, object_id: str | None, before: dict[str, Any], after: dict[str, Any]
) -> Collection[str]:
    """The tags of an entry of the audit log."""
    change = Change("", Action.UPDATED, AuditedTable(table), object_id, before, after)
    return touched_by(change, object_id)
