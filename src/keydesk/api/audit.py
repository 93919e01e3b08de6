"""GET /audit."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.api.auditors import for_auditors
from keydesk.api.caller import Caller
from keydesk.audit.policy import Filter, asked_range, filter_of
from keydesk.audit.reading import AuditPage, AuditReader
from keydesk.http.single_values import each_once
from keydesk.teams.audit_redaction import AuditRedaction

router = APIRouter(tags=["audit"], dependencies=[Depends(each_once)])
_LAST_PAGE = 10_000_000
_LARGEST_PAGE = 100


async def audit_reader(request: Request) -> AuditReader:
    reader: AuditReader = request.app.state.audit_reader
    return reader


async def audit_veil(request: Request, caller: Caller) -> Callable[[AuditPage], Awaitable[AuditPage]]:
    """Keeps from the caller what is hidden from them in all answers."""
    veil: AuditRedaction = request.app.state.audit_veil
    return lambda page: veil.over(page, caller)


Day = Annotated[str | None, Query(description="YYYY-MM-DD, UTC", max_length=40, examples=["2026-01-31"])]
Word = Annotated[str | None, Query(max_length=60)]
Who = Annotated[
    str | None, Query(max_length=255, description="An entity reference, or a person's bare name.")
]


def asked_filter(
    start_date: Day = None,
    end_date: Day = None,
    action: Word = None,
    table_name: Word = None,
    changed_by: Who = None,
) -> Filter:
    during = asked_range(start_date, end_date)
    return filter_of(during, action=action, table_name=table_name, changed_by=changed_by)


@router.get("/audit", **for_auditors())
async def list_changes(
    reader: Annotated[AuditReader, Depends(audit_reader)],
    veiled: Annotated[Callable[[AuditPage], Awaitable[AuditPage]], Depends(audit_veil)],
    wanted: Annotated[Filter, Depends(asked_filter)],
    page: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1,
    page_size: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = 50,
) -> AuditPage:
    """What was changed through the key desk, and what was refused: newest first, for the audit group."""
    return await veiled(await reader.page(wanted, page, page_size))
