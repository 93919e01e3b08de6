"""Stores deliveries: a row for each notice and channel. Times are the database's, which replicas share.

A sender claims the deliveries of a message before it sends the message, for a limited time. If the sender dies, the
next sender finds the claim expired and sends the same message, with the same id, again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.messages import Batch, DeliveryState, Failure, StoredNotice
from keydesk.notices.models import digest_of
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.notice_tables import deliveries, notices

_OPEN = deliveries.c.state.in_(["waiting", "sending"])
_ROWS_PER_CLAIM = 400


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery to add. `due_at` is None for now."""

    notice: StoredNotice
    channel: str
    recipient: str
    due_at: datetime | None

    @property
    def id(self) -> str:
        return digest_of(self.channel, self.recipient, self.notice.event_id)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The notices that wait on one channel, and the age of the oldest in seconds."""

    channel: str
    waiting: int
    oldest_seconds: float


class DeliveryStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def unplanned(self, limit: int) -> list[StoredNotice]:
        """Return notices without deliveries, oldest first."""
        # During a rollout, a newer release can add kinds that only its own replicas know.
        query = select(notices).where(notices.c.planned_at.is_(None), notices.c.kind.in_(list(NoticeKind)))
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(notices.c.created_at).limit(limit))
            return [_notice(row) for row in found]

    async def next_message_at(
        self, recipients: Iterable[str], pause: timedelta
    ) -> dict[tuple[str, str], datetime]:
        """Return when the next message is due, by channel and recipient: the one that waits, or after a pause."""
        is_new = (deliveries.c.state == DeliveryState.WAITING) & deliveries.c.message_id.is_(None)
        query = (
            select(
                deliveries.c.channel,
                deliveries.c.recipient,
                func.min(deliveries.c.due_at).filter(is_new).label("waiting"),
                func.max(deliveries.c.delivered_at).label("last"),
            )
            .where(deliveries.c.recipient.in_(list(recipients)))
            .where(is_new | (deliveries.c.delivered_at > database_time(-pause)))
            .group_by(deliveries.c.channel, deliveries.c.recipient)
        )
        async with self._database.reading() as connection:
            found = await connection.execute(query)
            return {
                (row.channel, row.recipient): at
                for row in found
                if (at := row.waiting or (row.last and row.last + pause))
            }

    async def plan(self, ids: Sequence[str], planned: Sequence[Planned]) -> int:
        """Add the deliveries of the notices that no other replica has planned. Return the number of notices."""
        taken = (
            update(notices)
            .where(notices.c.id.in_(ids), notices.c.planned_at.is_(None))
            .values(planned_at=database_time())
            .returning(notices.c.id)
        )
        async with self._database.writing() as connection:
            own = set(await connection.scalars(taken))
            rows = [_row(each) for each in planned if each.notice.id in own]
            if rows:
                await connection.execute(
                    self._database.insert_into(deliveries).values(rows).on_conflict_do_nothing()
                )
        return len(own)

    async def claim(self, channel: str, messages: int, max_notices: int, length: timedelta) -> list[Batch]:
        """Claim up to `messages` due messages for `length`. New notices of one recipient become one message."""
        query = (
            select(deliveries.c.id, deliveries.c.recipient, deliveries.c.message_id)
            .where(deliveries.c.channel == channel, _OPEN, deliveries.c.due_at <= database_time())
            .order_by(deliveries.c.due_at, deliveries.c.recipient, deliveries.c.id)
            .limit(_ROWS_PER_CLAIM)
            .with_for_update(skip_locked=True)
        )
        async with self._database.writing() as connection:
            groups: dict[tuple[str, str | None], list[str]] = {}
            for row in await connection.execute(query):
                groups.setdefault((row.recipient, row.message_id), []).append(row.id)
            claims = list(groups.items())[:messages]
            found = [await _claimed(connection, key, ids[:max_notices], length) for key, ids in claims]
        return [batch for batch in found if batch is not None]

    async def delivered(self, message_id: str) -> None:
        await self._finish(message_id, DeliveryState.DELIVERED, None, delivered_at=database_time())

    async def failed(self, message_id: str, failure: Failure) -> None:
        state = DeliveryState.SKIPPED if failure is Failure.NO_ADDRESS else DeliveryState.FAILED
        await self._finish(message_id, state, failure)

    async def retry(self, message_id: str, after: timedelta, failure: Failure) -> None:
        await self._finish(message_id, DeliveryState.WAITING, failure, due_at=database_time(after))

    async def release(self, message_ids: Iterable[str], after: timedelta) -> None:
        """Give back claimed messages that were not sent. They do not count as attempts."""
        for message_id in message_ids:
            before = deliveries.c.attempts - 1
            await self._finish(
                message_id, DeliveryState.WAITING, None, due_at=database_time(after), attempts=before
            )

    async def give_up(self, age: timedelta) -> Counter[str]:
        """Fail open deliveries that are older than `age`. Return their number by channel."""
        query = update(deliveries).where(_OPEN, deliveries.c.created_at < database_time(-age))
        failed = query.values(
            state=DeliveryState.FAILED, error=func.coalesce(deliveries.c.error, Failure.TOO_OLD)
        )
        async with self._database.writing() as connection:
            return Counter(await connection.scalars(failed.returning(deliveries.c.channel)))

    async def backlog(self) -> list[Backlog]:
        query = select(
            deliveries.c.channel,
            func.count().label("waiting"),
            func.min(deliveries.c.created_at).label("oldest"),
            database_time().label("now"),
        )
        async with self._database.reading() as connection:
            found = await connection.execute(query.where(_OPEN).group_by(deliveries.c.channel))
            return [
                Backlog(row.channel, row.waiting, (row.now - row.oldest).total_seconds()) for row in found
            ]

    async def prune(self, age: timedelta) -> int:
        """Delete notices that are older than `age`, with their deliveries. Return their number."""
        old = delete(notices).where(notices.c.created_at < database_time(-age))
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount

    async def _finish(
        self, message_id: str, state: DeliveryState, error: Failure | None, **values: Any
    ) -> None:
        query = update(deliveries).where(deliveries.c.message_id == message_id, _OPEN)
        async with self._database.writing() as connection:
            await connection.execute(query.values(state=state, error=error, **values))


async def _claimed(
    connection: AsyncConnection, key: tuple[str, str | None], ids: list[str], length: timedelta
) -> Batch | None:
    """Claim all deliveries of a message, or make a new message of `ids`. Return None if another replica did."""
    recipient, message_id = key
    is_same: ColumnElement[bool] = deliveries.c.message_id == message_id
    is_new = deliveries.c.id.in_(ids) & deliveries.c.message_id.is_(None)
    claim = (
        update(deliveries)
        .where(is_same if message_id else is_new, _OPEN, deliveries.c.due_at <= database_time())
        .values(
            state=DeliveryState.SENDING,
            message_id=message_id or digest_of(*sorted(ids)),
            attempts=deliveries.c.attempts + 1,
            due_at=database_time(length),
        )
        .returning(
            deliveries.c.message_id, deliveries.c.notice_id, deliveries.c.attempts, deliveries.c.created_at
        )
    )
    rows = (await connection.execute(claim)).all()
    if not rows:
        return None
    query = select(notices).where(notices.c.id.in_([row.notice_id for row in rows]))
    found = await connection.execute(query.order_by(notices.c.created_at, notices.c.id))
    first_at, attempts = min(row.created_at for row in rows), max(row.attempts for row in rows)
    return Batch(rows[0].message_id, recipient, [_notice(row) for row in found], attempts, first_at)


def _row(planned: Planned) -> dict[str, Any]:
    return {
        "id": planned.id,
        "notice_id": planned.notice.id,
        "channel": planned.channel,
        "recipient": planned.recipient,
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "due_at": planned.due_at or database_time(),
        "created_at": database_time(),
    }


def _notice(row: Row[Any]) -> StoredNotice:
    values: Mapping[str, str] = row.details
    return StoredNotice(
        row.id,
        row.event_id,
        NoticeKind(row.kind),
        row.recipient,
        row.subject,
        row.threshold,
        row.period,
        values,
        row.created_at,
    )
