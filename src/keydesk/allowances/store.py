"""Stores what deleted and changed keys have spent, until the end of the window in which they spent it."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from keydesk.allowances.given_up import Spent
from keydesk.storage.allowance_tables import allowance_spend
from keydesk.storage.database import Database

_OF = allowance_spend.c
_SETTLED = (
    update(allowance_spend)
    .where(
        _OF.change_id == bindparam("change"), _OF.key_id == bindparam("key"), _OF.days == bindparam("length")
    )
    .values(usd=bindparam("amount"), settled=True)
)


class SpentStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, spent: Collection[Spent], now: datetime) -> None:
        """Store what one change gives up, and remove what no longer counts."""
        async with self._database.writing() as connection:
            await connection.execute(delete(allowance_spend).where(_OF.ends_at <= now))
            await connection.execute(insert(allowance_spend), [asdict(each) for each in spent])

    async def remove(self, change_id: str) -> None:
        """Remove the rows of a change that was not made."""
        async with self._database.writing() as connection:
            await connection.execute(delete(allowance_spend).where(_OF.change_id == change_id))

    async def settle(self, spent: Iterable[Spent]) -> None:
        """Store the final amounts."""
        rows = [
            {"change": each.change_id, "key": each.key_id, "length": each.days, "amount": each.usd}
            for each in spent
        ]
        async with self._database.writing() as connection:
            await connection.execute(_SETTLED, rows)

    async def of(self, owner: str, now: datetime) -> list[Spent]:
        """Return what counts for the owner now, oldest first."""
        query = select(allowance_spend).where(_OF.owner == owner, _OF.ends_at > now)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(_OF.made_at, _OF.change_id))
            return [Spent(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented accessor
