"""GET /audit, the page, and GET /audit/export, its changes as a file: for the audit group only."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import Caller
from keydesk.api.route_rules import for_auditors
from keydesk.web.audit.export import changes_csv, json_lines
from keydesk.web.audit.listing import Question, everything, list_content
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
    content = await list_content(request, caller, asked, number)
    status = content["problem"].status if content["problem"] else 200
    return await page(request, "audit.html", status=status, **content)


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
