"""Stores notices, in the transaction of the change that they are about. The sender delivers them later."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Executable

from keydesk.kit.redaction import cleaned
from keydesk.notices.models import Notice
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.notice_tables import notices as table

_ROWS_PER_STATEMENT = 500
_MAX_VALUE = 500


class Outbox:
    """Stores each notice once, however often and wherever it is added. Stores nothing while no channel is set up."""

    def __init__(self, database: Database, *, has_channels: bool) -> None:
        self._database = database
        self.has_channels = has_channels

    def adding(self, notices: Iterable[Notice]) -> list[Executable]:
        """Return the statements that add the notices, for the transaction that records a change (`Intent.also`)."""
        rows = list({notice.id: _row(notice) for notice in notices}.values()) if self.has_channels else []
        return [
            self._database.insert_into(table)
            .values(rows[start : start + _ROWS_PER_STATEMENT])
            .on_conflict_do_nothing()
            for start in range(0, len(rows), _ROWS_PER_STATEMENT)
        ]

    async def add(self, notices: Iterable[Notice]) -> None:
        """Add the notices in a transaction of their own. Raises SQLAlchemy's errors."""
        if statements := self.adding(notices):
            await self._database.run(statements)


def _row(notice: Notice) -> dict[str, Any]:
    details = {name: cleaned(value)[:_MAX_VALUE] for name, value in notice.values.items()}
    return {
        "id": notice.id,
        "event_id": notice.event_id,
        "kind": notice.kind.value,
        "recipient": notice.recipient,
        "subject": notice.subject,
        "threshold": notice.threshold,
        "period": notice.period,
        "details": details,
        "created_at": database_time(),
    }
