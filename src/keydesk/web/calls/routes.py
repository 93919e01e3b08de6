"""GET /usage/calls, the page of single calls, and GET /usage/calls.csv, their file."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from keydesk.api.calls import calls_file
from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.calls.policy import LONGEST_DAYS
from keydesk.kit.problems import InvalidRequest
from keydesk.web.calls.listing import CALLS, PATH, Asked, Row, choices, filters_of, source_of, view_of
from keydesk.web.date_fields import date_faults
from keydesk.web.error_view import sentence
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import ListView
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


async def asked_calls(request: Request, caller: Caller, views: CallerViews) -> Asked:
    return await Asked.of(caller, views, state_of(CALLS, PATH, request.query_params))


Requested = Annotated[Asked, Depends(asked_calls)]


@router.get("/usage/calls", **for_people())
async def calls_page(request: Request, asked: Requested) -> Response:
    try:
        filters = filters_of(request, asked.state)
        calls, found = await view_of(request, asked, filters)
    except InvalidRequest as problem:
        return await _refused(request, asked, problem)
    period: dict[str, Any] = {"start": filters.start, "end": filters.end, "capped": found.total_is_capped}
    return await page(request, "usage/calls.html", calls=calls, problem=None, faults={}, **period)


async def _refused(request: Request, asked: Asked, problem: InvalidRequest) -> Response:
    """Show the form with what was chosen and the error at its field."""
    calls: ListView[Row] = ListView(
        state=asked.state, rows=[], matching=0, total=0, choices=await choices(asked)
    )
    chosen = asked.state.filters
    faults = date_faults(problem, chosen.get("start_date", ""), chosen.get("end_date", ""), LONGEST_DAYS)
    content: dict[str, Any] = {
        "calls": calls,
        "problem": sentence(problem),
        "faults": faults,
        "capped": False,
    }
    return await page(request, "usage/calls.html", status=problem.status, **content)


@router.get("/usage/calls.csv", **for_people())
async def calls_as_file(request: Request, asked: Requested) -> Response:
    source = await source_of(request, asked, filters_of(request, asked.state))
    return await calls_file(services_of(request), source)
