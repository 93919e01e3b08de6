"""GET /calls, GET /teams/{team_id}/calls and their exports as CSV."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from keydesk.api.dependencies import AppServices, CachedAccount, Caller, each_once
from keydesk.api.route_rules import for_people
from keydesk.api.services import Services
from keydesk.api.usage import Day
from keydesk.calls.models import CallFilters, CallStatus, CallsView, CallView
from keydesk.calls.policy import parse_days
from keydesk.calls.service import Place, Source
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.deadline import extend_deadline
from keydesk.kit.field_types import Identifier
from keydesk.usage.csv_file import MEDIA_TYPE
from keydesk.usage.csv_stream import csv_parts

router = APIRouter(tags=["calls"], dependencies=[Depends(each_once)], route_class=SegmentRoute)
_FILE: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/csv": {}}}},
}


class TeamCallQuery(BaseModel):
    """The query parameters of a team's calls. The default is the last 7 days."""

    model_config = ConfigDict(hide_input_in_errors=True)

    start_date: Day = None
    end_date: Day = None
    model: Annotated[Identifier | None, Field(description="Only this model, by its public name.")] = None
    status: Annotated[CallStatus | None, Field(description="Only calls with this result.")] = None


class CallQuery(TeamCallQuery):
    """The query parameters of a person's calls. The default is the last 7 days."""

    key: Annotated[Identifier | None, Field(description="Only this key, by its id in GET /keys.")] = None


class PageQuery(BaseModel):
    """The page. More than 100,000 calls are in the file only."""

    page: Annotated[int, Field(ge=1, le=1000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 50


class CallPageQuery(CallQuery, PageQuery):
    """The query parameters of one page of a person's calls."""


class TeamCallPageQuery(TeamCallQuery, PageQuery):
    """The query parameters of one page of a team's calls."""


@router.get("/calls", **for_people())
async def my_calls(
    query: Annotated[CallPageQuery, Query()], account: CachedAccount, services: AppServices
) -> CallsView:
    """List the calls that the caller's keys made, newest first, and why failed ones failed."""
    source = await services.calls.of_user(await account(), filters_of(services, query, query.key))
    return await services.calls.page(source, Place(query.page, query.page_size))


@router.get("/calls/export", **_FILE, **for_people())
async def export_my_calls(
    query: Annotated[CallQuery, Query()], account: CachedAccount, services: AppServices
) -> StreamingResponse:
    """Export the caller's calls as a CSV file, newest first."""
    source = await services.calls.of_user(await account(), filters_of(services, query, query.key))
    return await calls_file(services, source)


@router.get("/teams/{team_id}/calls", **for_people())
async def team_calls(
    team_id: Identifier, query: Annotated[TeamCallPageQuery, Query()], caller: Caller, services: AppServices
) -> CallsView:
    """List the calls of a team that the caller manages. They have no names unless the configuration allows it."""
    source = await services.calls.of_team(caller, team_id, filters_of(services, query))
    return await services.calls.page(source, Place(query.page, query.page_size))


@router.get("/teams/{team_id}/calls/export", **_FILE, **for_people())
async def export_team_calls(
    team_id: Identifier, query: Annotated[TeamCallQuery, Query()], caller: Caller, services: AppServices
) -> StreamingResponse:
    """Export the calls of a team that the caller manages as a CSV file."""
    source = await services.calls.of_team(caller, team_id, filters_of(services, query))
    return await calls_file(services, source)


def filters_of(services: Services, query: TeamCallQuery, key: str | None = None) -> CallFilters:
    """Return the filters. Raises InvalidRequest for a period that cannot be read."""
    start, end = parse_days(query.start_date, query.end_date, services.clock().date())
    return CallFilters(start, end, key, query.model, query.status)


async def calls_file(services: Services, source: Source) -> StreamingResponse:
    """Return the file. Its first calls are read before the response begins, so that an error is a problem.

    A later error ends the response early, which clients report as a failed download.
    """
    headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="calls.csv"'}
    batches = services.calls.export(source)
    first = await anext(batches, None)
    parts = csv_parts(CallView, _all(first, batches, services.settings.server.time_limit_seconds))
    return StreamingResponse(parts, headers=headers, media_type=MEDIA_TYPE)


async def _all(
    first: list[CallView] | None, batches: AsyncIterator[list[CallView]], seconds: float
) -> AsyncIterator[list[CallView]]:
    """Yield the batches. Each one has the time of a whole request."""
    if first is not None:
        yield first
    extend_deadline(seconds)
    async for batch in batches:
        yield batch
        extend_deadline(seconds)
