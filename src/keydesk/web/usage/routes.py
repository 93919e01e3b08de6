"""GET /usage, the page, and GET /usage.csv, its download for spreadsheets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.kit.problems import InvalidRequest
from keydesk.usage.question import Period, parse_period
from keydesk.web.downloads import file_answer
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.refreshing.figures import Figures, updated
from keydesk.web.rendering import page
from keydesk.web.usage.charts import Measure
from keydesk.web.usage.content import AskedDates, ReportRequest, find, refused_content, usage_content
from keydesk.web.usage.download import Table, table_csv

router = APIRouter(include_in_schema=False, route_class=PageRoute)
Day = Annotated[str, Query(max_length=40)]
TeamId = Annotated[str, Query(max_length=255)]


def requested_period(request: Request, start_date: Day = "", end_date: Day = "") -> Period:
    """Return the period. Empty form fields count as absent."""
    today = services_of(request).usage.clock().date()
    return parse_period(start_date or None, end_date or None, today)


RequestedPeriod = Annotated[Period, Depends(requested_period)]


async def report_request(
    period: RequestedPeriod,
    caller: Caller,
    views: CallerViews,
    team: TeamId = "",
) -> ReportRequest:
    return ReportRequest(caller, views, period, team or None)


Requested = Annotated[ReportRequest, Depends(report_request)]


async def asked_dates(
    start_date: Day = "", end_date: Day = "", team: TeamId = "", measure: Measure = "spend"
) -> AskedDates:
    return AskedDates(start_date, end_date, team, measure)


@router.get("/usage", **for_people())
async def usage_page(
    request: Request, caller: Caller, views: CallerViews, asked: Annotated[AskedDates, Depends(asked_dates)]
) -> Response:
    try:
        period = requested_period(request, asked.start_date, asked.end_date)
    except InvalidRequest as problem:
        content = await refused_content(asked, views, problem)
        return await page(request, "usage/refused.html", status=problem.status, **content)
    requested = ReportRequest(caller, views, period, asked.team or None, measure=asked.measure)
    found = await find(request, requested)
    age = await updated(request, views, Figures(found.report))
    return await page(request, "usage.html", **usage_content(found, requested), updated=age)


@router.get("/usage.csv", **for_people())
async def usage_file(request: Request, requested: Requested, table: Table = "day") -> Response:
    found = await find(request, requested)
    text = table_csv(found.report, table, found.teams, with_money=found.with_money)
    period = requested.period
    return file_answer(text, f"usage-by-{table}-{period.start}-{period.end}.csv")
