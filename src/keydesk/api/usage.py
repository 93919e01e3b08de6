"""GET /usage, GET /teams/{team_id}/usage and their exports as files."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from keydesk.api.dependencies import AppServices, CachedAccount, Caller, each_once
from keydesk.api.route_rules import for_people
from keydesk.http.cached_answer import CachedAnswer
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.field_types import Identifier
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.litellm import User
from keydesk.usage import csv_file, parquet_file
from keydesk.usage.models import GroupBy, GroupedUsageView, UsageView
from keydesk.usage.question import UsageFilters, UsageRequest, parse_period
from keydesk.usage.service import Export, FileFormat

router = APIRouter(tags=["usage"], dependencies=[Depends(each_once)], route_class=SegmentRoute)

Day = Annotated[str | None, Field(description="YYYY-MM-DD, UTC", examples=["2026-01-31"])]
_JSON: dict[str, Any] = {"response_model": UsageView | GroupedUsageView}
_FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}}},
}
_CACHE_HEADERS = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
"""Only the browser may cache the file, and it must revalidate it each time."""
_MEDIA_TYPES: dict[FileFormat, str] = {"csv": csv_file.MEDIA_TYPE, "parquet": parquet_file.MEDIA_TYPE}


class UsageQuery(BaseModel):
    """The query parameters of usage. The default is the last 30 days."""

    model_config = ConfigDict(hide_input_in_errors=True)

    start_date: Day = None
    end_date: Day = None
    group_by: Annotated[
        GroupBy | None, Field(description="Return totals by this group instead of the report.")
    ] = None
    model: Annotated[Identifier | None, Field(description="Only this model, by its public name.")] = None
    key: Annotated[Identifier | None, Field(description="Only this key, by its id in GET /keys.")] = None
    team: Annotated[Identifier | None, Field(description="Only keys of this team, by its id.")] = None


async def parse_usage_request(
    request: Request, services: AppServices, query: Annotated[UsageQuery, Query()]
) -> UsageRequest:
    today = services.clock().date()
    period = parse_period(query.start_date, query.end_date, today)
    if query.model is not None and query.group_by == "provider":
        raise InvalidRequest(
            message(
                "group_by: LiteLLM does not report usage by provider for one model. "
                "Remove model or group by another field"
            ),
            param="group_by",
        )
    usage_request = UsageRequest(period, UsageFilters(query.model, query.key, query.team), query.group_by)
    services.usage.note_query(request.scope["query_string"], today, usage_request)
    return usage_request


async def person_and_user(
    caller: Caller, account: CachedAccount
) -> Callable[[], Awaitable[tuple[Person, User]]]:
    async def both() -> tuple[Person, User]:
        return caller, await account()

    return both


Member = Annotated[Callable[[], Awaitable[tuple[Person, User]]], Depends(person_and_user)]
ParsedUsage = Annotated[UsageRequest, Depends(parse_usage_request)]
Format = Annotated[FileFormat, Query(alias="format", description="The file format.")]


@router.get("/usage", **_JSON, **for_people())
async def my_usage(usage_request: ParsedUsage, account: CachedAccount, services: AppServices) -> Response:
    """Return the caller's usage by day, model and key, or in groups. The default is the last 30 days."""
    return CachedAnswer((await services.usage.answer_for_user(await account(), usage_request)).ready)


@router.get("/usage/export", **_FILE, **for_people())
async def export_my_usage(
    usage_request: ParsedUsage, account: CachedAccount, services: AppServices, file_format: Format = "csv"
) -> Response:
    """Export the caller's usage as a file, with one row for each day, model and key, or for each group."""
    return file_response(
        await services.usage.export_for_user(await account(), usage_request, file_format),
        usage_request,
        file_format,
    )


@router.get("/teams/{team_id}/usage", **_JSON, **for_people())
async def team_usage(
    team_id: Identifier, usage_request: ParsedUsage, member: Member, services: AppServices
) -> Response:
    """Return the usage of a team that the caller is a member or an admin of."""
    return CachedAnswer((await services.usage.answer_for_team(*await member(), team_id, usage_request)).ready)


@router.get("/teams/{team_id}/usage/export", **_FILE, **for_people())
async def export_team_usage(
    team_id: Identifier,
    usage_request: ParsedUsage,
    member: Member,
    services: AppServices,
    file_format: Format = "csv",
) -> Response:
    """Export the team's usage as a file."""
    export = await services.usage.export_for_team(*await member(), team_id, usage_request, file_format)
    return file_response(export, usage_request, file_format)


def file_response(export: Export, usage_request: UsageRequest, file_format: FileFormat) -> Response:
    """Return the file. Its columns cannot show `complete` and `as_of`, so its name and headers do."""
    usage, period = export.usage, usage_request.period
    suffix = "" if usage.complete else "-incomplete"
    headers = {
        **_CACHE_HEADERS,
        "content-disposition": f'attachment; filename="usage-{period.start}-{period.end}{suffix}.{file_format}"',
        "x-usage-complete": str(usage.complete).lower(),
        "x-usage-as-of": usage.as_of.isoformat(),
    }
    return Response(export.content, headers=headers, media_type=_MEDIA_TYPES[file_format])
