"""Stores requests. Statements run in the transaction that records the step in the audit log."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, func, insert, select, update

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import FirstApproval, RequestRecord, RequestState, Terms
from keydesk.requests.values.amounts import is_amount
from keydesk.storage.database import Database
from keydesk.storage.request_tables import requests

_LISTED = 200


class RequestStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, request_id: str) -> RequestRecord | None:
        found = await self._read(select(requests).where(requests.c.id == request_id))
        return found[0] if found else None

    async def of_person(self, ref: str) -> list[RequestRecord]:
        """Return the newest requests of a person, newest first."""
        query = select(requests).where(requests.c.ref == ref).order_by(requests.c.created_at.desc())
        return await self._read(query.limit(_LISTED))

    async def open_of(self, ref: str) -> int:
        """Return how many requests of a person wait for a decision."""
        query = select(func.count()).select_from(requests)
        query = query.where(requests.c.ref == ref, requests.c.state == RequestState.PENDING)
        async with self._database.reading() as connection:
            return await connection.scalar(query) or 0

    async def pending(self, *, teams: Collection[str] | None, until: datetime) -> list[RequestRecord]:
        """Return the requests that wait for a decision, oldest first: all, or those about keys of `teams`.

        Those that expire until `until` are left out.
        """
        of_teams = [] if teams is None else [requests.c.team_id.in_(teams)]
        return await self._open(until, *of_teams)

    async def unreminded(self, since: datetime, now: datetime) -> list[RequestRecord]:
        """Return open requests whose approvers were last reminded until `since`, oldest first."""
        reminded_at = func.coalesce(requests.c.reminded_at, requests.c.created_at)
        return await self._open(now, reminded_at <= since)

    async def unwarned(self, now: datetime, until: datetime) -> list[RequestRecord]:
        """Return open requests that expire until then, and have no notice about it yet."""
        return await self._open(now, requests.c.warned_at.is_(None), requests.c.expires_at <= until)

    async def _open(self, now: datetime, *conditions: ColumnElement[bool]) -> list[RequestRecord]:
        query = select(requests).where(requests.c.state == RequestState.PENDING, requests.c.expires_at > now)
        return await self._read(query.where(*conditions).order_by(requests.c.created_at).limit(_LISTED))

    async def expired(self, now: datetime) -> list[RequestRecord]:
        """Return requests whose time for a decision has passed, oldest first."""
        query = select(requests).where(requests.c.state == RequestState.PENDING, requests.c.expires_at <= now)
        return await self._read(query.order_by(requests.c.expires_at).limit(_LISTED))

    def adding(self, record: RequestRecord) -> Executable:
        """Return the statement that stores a new request."""
        values = {name: getattr(record, name) for name in _SAME}
        column = "before_usd" if is_amount(record.before) else "before"
        return insert(requests).values(**values, asked=record.asked.stored(), **{column: record.before})

    def approving_first(self, record: RequestRecord, first: FirstApproval) -> Executable:
        """Return the statement that stores the approval of the first of two people."""
        return self._changing(record.id, first_by=first.by, first_terms=first.terms.stored())

    def reminding(self, record: RequestRecord, at: datetime) -> Executable:
        """Return the statement that stores that the approvers were reminded."""
        return self._changing(record.id, reminded_at=at)

    def warning(self, record: RequestRecord, at: datetime) -> Executable:
        """Return the statement that stores that both sides got a notice about the expiry."""
        return self._changing(record.id, warned_at=at)

    async def run(self, statements: Iterable[Executable]) -> None:
        """Run the statements in a transaction of their own."""
        await self._database.run(statements)

    def deciding(
        self, record: RequestRecord, state: RequestState, by: str, at: datetime, **more: Any
    ) -> Executable:
        """Return the statement that closes a request. `more` are `decision_reason` or `granted`, in stored form."""
        return self._changing(record.id, state=state, decided_by=by, decided_at=at, **more)

    def ending(self, request_id: str) -> Executable:
        """Return the statement after which the grant of the request has ended."""
        query = update(requests).where(requests.c.id == request_id)
        return query.where(requests.c.state == RequestState.GRANTED).values(state=RequestState.ENDED)

    def _changing(self, request_id: str, **values: Any) -> Executable:
        query = update(requests).where(requests.c.id == request_id)
        return query.where(requests.c.state == RequestState.PENDING).values(values)

    async def _read(self, query: Any) -> list[RequestRecord]:
        async with self._database.reading() as connection:
            return [_record(row) for row in await connection.execute(query)]


_SAME = (
    "id",
    "ref",
    "email",
    "user_id",
    "kind",
    "target_id",
    "target_name",
    "team_id",
    "reason",
    "cost_center",
    "state",
    "created_at",
    "expires_at",
)


def _record(row: Row[Any]) -> RequestRecord:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    first = FirstApproval(row.first_by, Terms.read(row.first_terms)) if row.first_by else None
    return RequestRecord(
        **{name: values[name] for name in _SAME if name not in {"kind", "state"}},
        kind=RequestKind(row.kind),
        state=RequestState(row.state),
        asked=Terms.read(row.asked),
        before=row.before_usd if row.before is None else row.before,
        first=first,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        granted=Terms.read(row.granted) if row.granted else None,
    )
