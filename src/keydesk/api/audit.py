"""GET /audit."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from keydesk.api.dependencies import AppServices, Caller, each_once
from keydesk.api.route_rules import for_auditors
from keydesk.audit.policy import Filter, filter_of, range_of_days
from keydesk.audit.reading import AuditPage

router = APIRouter(tags=["audit"], dependencies=[Depends(each_once)])
_LAST_PAGE = 10_000_000
_LARGEST_PAGE = 100


Day = Annotated[str | None, Query(description="YYYY-MM-DD, UTC", max_length=40, examples=["2026-01-31"])]
Word = Annotated[str | None, Query(max_length=60)]
Who = Annotated[
    str | None, Query(max_length=255, description="An entity reference, or the name of a person.")
]


def parse_filter(
    start_date: Day = None,
    end_date: Day = None,
    action: Word = None,
    table_name: Word = None,
    changed_by: Who = None,
) -> Filter:
    during = range_of_days(start_date, end_date)
    return filter_of(during, action=action, table_name=table_name, changed_by=changed_by)


@router.get("/audit", **for_auditors())
async def list_changes(
    services: AppServices,
    caller: Caller,
    audit_filter: Annotated[Filter, Depends(parse_filter)],
    page: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1,
    page_size: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = 50,
) -> AuditPage:
    """List changes and rejected changes, newest first. Requires membership in the audit group."""
    entries = await services.audit_reader.page(audit_filter, page, page_size)
    return await services.audit_redaction.redact(entries, caller)
