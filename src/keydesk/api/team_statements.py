"""GET /teams/{team_id}/statements, one statement of a team by dimension, and its CSV file."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from keydesk.api.dependencies import AppServices, Caller, each_once
from keydesk.api.route_rules import for_people
from keydesk.api.statements import GroupPage, GroupPageSize, Month, statement_file
from keydesk.chargeback.models import Grouping, TeamDimension
from keydesk.chargeback.responses import StatementPage, TeamStatementDetail
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.field_types import Identifier

router = APIRouter(
    prefix="/teams/{team_id}/statements",
    tags=["statements"],
    dependencies=[Depends(each_once)],
    route_class=SegmentRoute,
)
_FILE: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/csv": {}}}},
}
GroupBy = Annotated[
    TeamDimension,
    Query(
        description="What the spend is grouped by. `person` requires `litellm.teamAdmin.showNamesInCalls`."
    ),
]


def team_grouping(
    group_by: GroupBy = "model", page: GroupPage = 1, page_size: GroupPageSize = 100
) -> Grouping:
    return Grouping(group_by, page, page_size)


TeamGrouping = Annotated[Grouping, Depends(team_grouping)]


@router.get("", **for_people())
async def list_team_statements(team_id: Identifier, caller: Caller, services: AppServices) -> StatementPage:
    """List the months with what a team that the caller manages spent, newest first."""
    return await services.statements.of_teams.list(caller, team_id)


@router.get("/{month}", **for_people())
async def get_team_statement(
    team_id: Identifier,
    month: Month,
    caller: Caller,
    services: AppServices,
    grouping: TeamGrouping,
) -> TeamStatementDetail:
    """Return what a team that the caller manages spent in a month by model, person or key."""
    return await services.statements.of_teams.detail(caller, team_id, month, grouping)


@router.get("/{month}/export", **_FILE, **for_people())
async def export_team_statement(
    team_id: Identifier, month: Month, caller: Caller, services: AppServices
) -> StreamingResponse:
    """Export the statement of a team that the caller manages as CSV. The audit log records the download."""
    parts = await services.statements.of_teams.export(caller, team_id, month)
    return statement_file(parts, month, "csv")
