"""Searches the accounts that Keydesk knows. A database does not have the names of people, so callers look them up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select

from keydesk.storage.database import Database
from keydesk.storage.tables import accounts


class AccountState(StrEnum):
    """`LEFT`: the person is gone from the directory. `SUSPENDED`: all keys of such a person are blocked."""

    ACTIVE = "active"
    LEFT = "left"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Conditions that an account must meet. It matches `text` by a part of its user id, or by being one of `refs`."""

    text: str = ""
    refs: tuple[str, ...] = ()
    state: AccountState | None = None


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """`created_at` is None for an account that Keydesk did not create."""

    user_id: str
    created_at: datetime | None
    left_at: datetime | None
    suspended_at: datetime | None

    @property
    def state(self) -> AccountState:
        if self.suspended_at is not None:
            return AccountState.SUSPENDED
        return AccountState.ACTIVE if self.left_at is None else AccountState.LEFT


_ENTRY = (accounts.c.user_id, accounts.c.provisioned_at, accounts.c.left_at, accounts.c.suspended_at)
_STATES = {
    AccountState.ACTIVE: (accounts.c.left_at.is_(None), accounts.c.suspended_at.is_(None)),
    AccountState.LEFT: (accounts.c.left_at.is_not(None), accounts.c.suspended_at.is_(None)),
    AccountState.SUSPENDED: (accounts.c.suspended_at.is_not(None),),
}
_SORTS = {
    "user_id": accounts.c.user_id,
    "created_at": accounts.c.provisioned_at,
    "left_at": accounts.c.left_at,
}


class AccountSearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, wanted: AccountFilter) -> int:
        query = select(func.count()).select_from(accounts).where(*_conditions(wanted))
        async with self._database.reading() as connection:
            return (await connection.scalar(query)) or 0

    async def page(self, wanted: AccountFilter, sort: str, skipped: int, size: int) -> list[AccountEntry]:
        """Return matching accounts in the order of an attribute, with `-` for descending order, unknown times last."""
        by = _SORTS[sort.removeprefix("-")]
        order = (by.desc() if sort.startswith("-") else by.asc()).nulls_last()
        query = (
            select(*_ENTRY)
            .where(*_conditions(wanted))
            .order_by(order, accounts.c.user_id)
            .limit(size)
            .offset(skipped)
        )
        async with self._database.reading() as connection:
            return [AccountEntry(*row) for row in await connection.execute(query)]


def _conditions(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    conditions = list[ColumnElement[bool]](_STATES[wanted.state] if wanted.state else ())
    if wanted.text:
        has_text = accounts.c.user_id.icontains(wanted.text, autoescape=True)
        conditions.append(or_(has_text, accounts.c.ref.in_(wanted.refs)))
    return conditions
