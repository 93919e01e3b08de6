"""Reads the deliveries of a person, or of everybody, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.messages import DeliveryState, Failure
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import deliveries, notices

_COLUMNS = (
    notices.c.kind,
    notices.c.recipient,
    notices.c.subject,
    notices.c.details,
    deliveries.c.channel,
    deliveries.c.state,
    deliveries.c.attempts,
    deliveries.c.error,
    deliveries.c.created_at,
    deliveries.c.delivered_at,
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on one channel. `values` has names of `Value`."""

    kind: NoticeKind
    recipient: str
    subject: str
    values: Mapping[str, str]
    channel: str
    state: DeliveryState
    attempts: int
    error: Failure | None
    created_at: datetime
    delivered_at: datetime | None


class DeliveryLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_person(self, ref: str, limit: int) -> list[Delivery]:
        """Return the last deliveries to the person, without those on channels of the operator."""
        return await self._found(_all().where(deliveries.c.recipient == ref), limit)

    async def latest(self, limit: int) -> list[Delivery]:
        """Return the last deliveries on all channels."""
        return await self._found(_all(), limit)

    async def _found(self, query: Select[Any], limit: int) -> list[Delivery]:
        ordered = query.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [_delivery(row) for row in await connection.execute(ordered)]


def _all() -> Select[Any]:
    joined = deliveries.join(notices, deliveries.c.notice_id == notices.c.id)
    # Kinds of a newer release are unknown here. They occur during a rollout.
    return select(*_COLUMNS).select_from(joined).where(notices.c.kind.in_(list(NoticeKind)))


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        NoticeKind(row.kind),
        row.recipient,
        row.subject,
        row.details,
        row.channel,
        DeliveryState(row.state),
        row.attempts,
        Failure(row.error) if row.error else None,
        row.created_at,
        row.delivered_at,
    )
