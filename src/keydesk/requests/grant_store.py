"""Stores what was granted for a time: one grant for each key and account."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, delete, or_, select

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.grant import Grant
from keydesk.requests.values.amounts import is_amount
from keydesk.storage.database import Database
from keydesk.storage.request_tables import grants

_AT_ONCE = 200


class GrantStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, target: str) -> Grant | None:
        """Return the running grant of a target, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(grants).where(grants.c.target == target))).first()
        return _grant(row) if row else None

    async def of_object(self, kind: RequestKind, target_id: str) -> list[Grant]:
        """Return the running grants of one kind about one object."""
        whole = f"{kind}:{target_id}"
        is_about = or_(grants.c.target == whole, grants.c.target.startswith(f"{whole}:", autoescape=True))
        async with self._database.reading() as connection:
            found = [_grant(row) for row in await connection.execute(select(grants).where(is_about))]
        return [each for each in found if each.target_id == target_id]

    async def of_targets(self, targets: Collection[str]) -> list[Grant]:
        """Return the running grants of these targets."""
        if not targets:
            return []
        async with self._database.reading() as connection:
            rows = await connection.execute(select(grants).where(grants.c.target.in_(targets)))
            return [_grant(row) for row in rows]

    async def due(self, now: datetime, after: str = "") -> list[Grant]:
        """Return a page of grants that have ended and are not taken back yet, ordered by target after `after`."""
        query = select(grants).where(grants.c.ends_at <= now, grants.c.target > after)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(grants.c.target).limit(_AT_ONCE))
            return [_grant(row) for row in rows]

    def putting(self, grant: Grant) -> Executable:
        """Return the statement that stores the grant of its target, in the place of an earlier one."""
        values = _values(grant)
        statement = self._database.insert_into(grants).values(values)
        return statement.on_conflict_do_update(index_elements=[grants.c.target], set_=values)

    def removing(self, target: str) -> Executable:
        """Return the statement that removes the grant of a target."""
        return delete(grants).where(grants.c.target == target)

    async def run(self, statements: Sequence[Executable]) -> None:
        """Run the statements in a transaction of their own."""
        await self._database.run(statements)


def _values(grant: Grant) -> dict[str, Any]:
    """Return the columns of a grant. Budgets have columns of their own, which the release before reads."""
    is_budget = is_amount(grant.base)
    return {
        "target": grant.target,
        "request_id": grant.request_id,
        "user_id": grant.user_id,
        "base_usd": grant.base if is_budget else None,
        "set_usd": grant.given if is_budget else None,
        "base": None if is_budget else grant.base,
        "given": None if is_budget else grant.given,
        "ends_at": grant.ends_at,
    }


def _grant(row: Row[Any]) -> Grant:
    is_budget = row.base is None
    return Grant(
        target=row.target,
        request_id=row.request_id,
        user_id=row.user_id,
        base=row.base_usd if is_budget else row.base,
        given=row.set_usd if is_budget else row.given,
        ends_at=row.ends_at,
    )
