"""GET /audit, the page, and GET /audit/export, its changes as a file: for the audit group only."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import Caller
from keydesk.api.route_rules import for_auditors
from keydesk.audit.reading import ChangeView
from keydesk.web.audit.listing import list_content
from keydesk.web.audit.search import Search, everything, filter_of_search
from keydesk.web.downloads import Cell, csv_text, file_answer
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MEMBERS = tuple(ChangeView.model_fields)
Day = Annotated[str, Query(max_length=40)]
Word = Annotated[str, Query(max_length=60)]
Who = Annotated[str, Query(max_length=255)]


def search(
    start_date: Day = "", end_date: Day = "", action: Word = "", table_name: Word = "", changed_by: Who = ""
) -> Search:
    return Search(start_date, end_date, action, table_name, changed_by)


SearchForm = Annotated[Search, Depends(search)]


@router.get("/audit", **for_auditors())
async def audit_page(request: Request, caller: Caller, search: SearchForm) -> Response:
    content = await list_content(request, caller, search)
    status = content["problem"].status if content["problem"] else 200
    return await page(request, "audit.html", status=status, **content)


@router.get("/audit/export", **for_auditors())
async def audit_file(
    request: Request,
    caller: Caller,
    search: SearchForm,
    file_format: Annotated[Literal["jsonl", "csv"], Query(alias="format")] = "jsonl",
) -> Response:
    logs = await everything(request, caller, await filter_of_search(request, search))
    text = changes_csv(logs) if file_format == "csv" else json_lines(logs)
    return file_answer(text, f"keydesk-audit.{file_format}")


def json_lines(logs: Iterable[ChangeView]) -> str:
    """Return one JSON object per line, in the format of GET /api/litellm/audit."""
    return "".join(f"{log.model_dump_json()}\n" for log in logs)


def changes_csv(logs: Iterable[ChangeView]) -> str:
    """Return one row per change. The values before and after are JSON in one cell each."""
    return csv_text(
        _MEMBERS, ([_cell(value) for value in log.model_dump(mode="json").values()] for log in logs)
    )


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return None if value is None else str(value)
