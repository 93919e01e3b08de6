"""GET /usage and GET /teams/{team_id}/usage, and the same figures as files."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from keydesk.api.dependencies import AppServices, CachedAccount, Caller, each_once
from keydesk.api.route_rules import for_people
from keydesk.http.segment_route import SegmentRoute
from keydesk.http.snapshot_answer import CachedAnswer
from keydesk.kit.field_types import Identifier
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.litellm import User
from keydesk.usage import csv_file, parquet_file
from keydesk.usage.models import GroupBy, GroupedUsageView, UsageView
from keydesk.usage.question import Only, Question, parse_period
from keydesk.usage.service import Export, FileFormat

router = APIRouter(tags=["usage"], dependencies=[Depends(each_once)], route_class=SegmentRoute)

Day = Annotated[str | None, Field(description="YYYY-MM-DD, UTC", examples=["2026-01-31"])]
_JSON: dict[str, Any] = {"response_model": UsageView | GroupedUsageView}
_FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}}},
}
_KEEPING = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
"""A browser may keep it for the person alone, and must ask each time whether it still holds."""
_MEDIA_TYPES: dict[FileFormat, str] = {"csv": csv_file.MEDIA_TYPE, "parquet": parquet_file.MEDIA_TYPE}


class UsageQuery(BaseModel):
    """What may be asked; by default the last thirty days."""

    model_config = ConfigDict(hide_input_in_errors=True)

    start_date: Day = None
    end_date: Day = None
    group_by: Annotated[GroupBy | None, Field(description="Groups instead of the report.")] = None
    model: Annotated[Identifier | None, Field(description="Only this model, by its public name.")] = None
    key: Annotated[Identifier | None, Field(description="Only this key, by its id in GET /keys.")] = None
    team: Annotated[Identifier | None, Field(description="Only keys of this team, by its id.")] = None


async def asked_question(
    request: Request, services: AppServices, query: Annotated[UsageQuery, Query()]
) -> Question:
    today = services.clock().date()
    period = parse_period(query.start_date, query.end_date, today)
    if query.model is not None and query.group_by == "provider":
        raise InvalidRequest(
            "group_by: LiteLLM does not tell which provider served a model; ask for providers without model",
            param="group_by",
        )
    question = Question(period, Only(query.model, query.key, query.team), query.group_by)
    services.usage.note_query(request.scope["query_string"], today, question)
    return question


async def person_and_user(
    caller: Caller, account: CachedAccount
) -> Callable[[], Awaitable[tuple[Person, User]]]:
    async def both() -> tuple[Person, User]:
        return caller, await account()

    return both


Member = Annotated[Callable[[], Awaitable[tuple[Person, User]]], Depends(person_and_user)]
Asked = Annotated[Question, Depends(asked_question)]
Form = Annotated[FileFormat, Query(alias="format", description="The file's format.")]


@router.get("/usage", **_JSON, **for_people())
async def my_usage(asked: Asked, account: CachedAccount, services: AppServices) -> Response:
    """What the caller used, by day, model and key, or in groups; by default in the last thirty days."""
    return CachedAnswer((await services.usage.answer_for_user(await account(), asked)).ready)


@router.get("/usage/export", **_FILE, **for_people())
async def export_my_usage(
    asked: Asked, account: CachedAccount, services: AppServices, form: Form = "csv"
) -> Response:
    """The same figures as a file: a row a day, model and key, or a row a group."""
    return file_sent(await services.usage.export_for_user(await account(), asked, form), asked, form)


@router.get("/teams/{team_id}/usage", **_JSON, **for_people())
async def team_usage(team_id: Identifier, asked: Asked, member: Member, services: AppServices) -> Response:
    """What a team used that the caller is in or manages."""
    return CachedAnswer((await services.usage.answer_for_team(*await member(), team_id, asked)).ready)


@router.get("/teams/{team_id}/usage/export", **_FILE, **for_people())
async def export_team_usage(
    team_id: Identifier, asked: Asked, member: Member, services: AppServices, form: Form = "csv"
) -> Response:
    """The same figures as a file."""
    export = await services.usage.export_for_team(*await member(), team_id, asked, form)
    return file_sent(export, asked, form)


def file_sent(export: Export, question: Question, form: FileFormat) -> Response:
    """The file. A table has no place for `complete` and `as_of`, so its name and headers tell them."""
    usage, period = export.usage, question.period
    part = "" if usage.complete else "-incomplete"
    headers = {
        **_KEEPING,
        "content-disposition": f'attachment; filename="usage-{period.start}-{period.end}{part}.{form}"',
        "x-usage-complete": str(usage.complete).lower(),
        "x-usage-as-of": usage.as_of.isoformat(),
    }
    return Response(export.content, headers=headers, media_type=_MEDIA_TYPES[form])
