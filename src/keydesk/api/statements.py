"""GET /statements, one statement by dimension, and its files."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from keydesk.api.dependencies import AppServices, Caller, each_once
from keydesk.api.route_rules import for_auditors
from keydesk.chargeback.models import Dimension, Grouping, Months, StatementFormat
from keydesk.chargeback.responses import StatementDetail, StatementPage
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest
from keydesk.usage.csv_file import MEDIA_TYPE as CSV
from keydesk.usage.parquet_file import MEDIA_TYPE as PARQUET

router = APIRouter(prefix="/statements", tags=["statements"], dependencies=[Depends(each_once)])
_FILE: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/csv": {}, PARQUET: {}}}},
}
_MONTH: dict[str, Any] = {
    "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
    "description": "YYYY-MM, UTC",
    "examples": ["2026-01"],
}
Month = Annotated[str, Path(**_MONTH)]
MonthQuery = Annotated[str, Query(**_MONTH)]
GroupBy = Annotated[Dimension, Query(description="What the spend is grouped by.")]
Label = Annotated[
    str | None,
    Query(max_length=50, description="The label, such as `department`. Required if `group_by` is `label`."),
]
GroupPage = Annotated[int, Query(ge=1, le=1_000_000)]
GroupPageSize = Annotated[int, Query(ge=1, le=1000)]
Format = Annotated[StatementFormat, Query(alias="format", description="`focus` is FOCUS 1.2 as CSV.")]


@router.get("", **for_auditors())
async def list_statements(services: AppServices) -> StatementPage:
    """List the monthly statements, newest first. Requires membership in the audit group."""
    return await services.statements.chargebacks.list()


def requested_grouping(
    group_by: GroupBy = "cost_center",
    label: Label = None,
    page: GroupPage = 1,
    page_size: GroupPageSize = 100,
) -> Grouping:
    return Grouping(group_by, page, page_size, label)


RequestedGrouping = Annotated[Grouping, Depends(requested_grouping)]


def requested_months(first_month: MonthQuery, last_month: MonthQuery) -> Months:
    """Return the range. Raises InvalidRequest."""
    if first_month > last_month:
        raise InvalidRequest(message("first_month: must not be after last_month"), param="first_month")
    return Months(first_month, last_month)


RequestedMonths = Annotated[Months, Depends(requested_months)]


@router.get("/export", **_FILE, **for_auditors())
async def export_statements(
    months: RequestedMonths, caller: Caller, services: AppServices, file_format: Format = "csv"
) -> StreamingResponse:
    """Export the statements of several months as one file. Each row says if its statement is closed."""
    parts = await services.statements.chargebacks.export_several(months, file_format, caller.ref)
    return statement_file(parts, f"{months.first}-to-{months.last}", file_format)


@router.get("/{month}", **for_auditors())
async def get_statement(month: Month, services: AppServices, grouping: RequestedGrouping) -> StatementDetail:
    """Return the statement of a month by cost center, team, person, model, key or label, largest spend first."""
    return await services.statements.chargebacks.detail(month, grouping)


@router.get("/{month}/export", **_FILE, **for_auditors())
async def export_statement(
    month: Month, caller: Caller, services: AppServices, file_format: Format = "csv"
) -> StreamingResponse:
    """Export all rows of a statement as a file. The audit log records the download."""
    parts = await services.statements.chargebacks.export(month, file_format, caller.ref)
    return statement_file(parts, month, file_format)


def statement_file(parts: Any, months: str, form: Literal["csv", "parquet", "focus"]) -> StreamingResponse:
    """Return the response with the parts of the file."""
    suffix = {"csv": ".csv", "parquet": ".parquet", "focus": "-focus-1.2.csv"}[form]
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="keydesk-statement-{months}{suffix}"',
    }
    return StreamingResponse(parts, headers=headers, media_type=PARQUET if form == "parquet" else CSV)
