"""GET /audit, the page, and GET /audit/export, its changes as a file: for the audit group only."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.access.auditors import for_auditors
from keydesk.identity.caller import Caller
from keydesk.problems import InvalidRequest
from keydesk.web.audit.export import changes_csv, json_lines
from keydesk.web.audit.listing import PAGE_SIZE, Question, choices, everything, rows, veiled_page
from keydesk.web.downloads import file_answer
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_LAST_PAGE = 10_000_000
Day = Annotated[str, Query(max_length=40)]
Word = Annotated[str, Query(max_length=60)]
Who = Annotated[str, Query(max_length=255)]


def question(
    start_date: Day = "", end_date: Day = "", action: Word = "", table_name: Word = "", changed_by: Who = ""
) -> Question:
    return Question(start_date, end_date, action, table_name, changed_by)


Asked = Annotated[Question, Depends(question)]


@router.get("/audit", **for_auditors())
async def audit_page(
    request: Request,
    caller: Caller,
    asked: Asked,
    number: Annotated[int, Query(alias="page", ge=1, le=_LAST_PAGE)] = 1,
) -> Response:
    """A filter that cannot be is explained above the form, which keeps what was typed."""
    try:
        found, problem = await veiled_page(request, caller, asked.filter, number, PAGE_SIZE), None
    except InvalidRequest as refused:
        found, problem = None, refused
    return await page(
        request,
        "audit.html",
        status=problem.status if problem else 200,
        found=found,
        rows=rows(found) if found else [],
        asked=asked,
        problem=problem,
        **choices(),
    )


@router.get("/audit/export", **for_auditors())
async def audit_file(
    request: Request,
    caller: Caller,
    asked: Asked,
    file_format: Annotated[Literal["jsonl", "csv"], Query(alias="format")] = "jsonl",
) -> Response:
    logs = await everything(request, caller, asked.filter)
    text = changes_csv(logs) if file_format == "csv" else json_lines(logs)
    return file_answer(text, f"keydesk-audit.{file_format}")
