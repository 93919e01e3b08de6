"""Makes every process forget what a change touched. Decides nothing about what that is."""

from collections.abc import Collection
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.snapshots.cache import Snapshots
from keydesk.snapshots.topics import of_account, of_user, touched_by
from keydesk.storage.relay import Relay


class Invalidation:
    """What the audit log and the stores tell of changes. Here first, then everywhere else."""

    def __init__(self, snapshots: Snapshots, relay: Relay) -> None:
        self._snapshots = snapshots
        self._relay = relay

    async def changed(self, change: Change, object_id: str | None, *, certain: bool = True) -> None:
        await self._drop(touched_by(change, object_id), certain)

    async def account_changed(self, user_id: str) -> None:
        await self._drop({of_account(user_id), of_user(user_id)})

    async def _drop(self, topics: Collection[str], certain: bool = True) -> None:
        if topics:
            self._snapshots.drop(topics, certain=certain)
            await self._relay.publish(topics, certain=certain)


def topics_of_entry(
    table: str, object_id: str | None, before: dict[str, Any], after: dict[str, Any]
) -> Collection[str]:
    """The topics of an entry of the audit log."""
    change = Change("", Action.UPDATED, AuditedTable(table), object_id, before, after)
    return touched_by(change, object_id)
