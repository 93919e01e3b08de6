"""/teams/{team_id}/statements: the months of a team, one month by dimension, and its CSV file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.api.statements import Month, statement_file
from keydesk.chargeback.models import Dimension, Grouping, TeamDimension
from keydesk.kit.field_types import Identifier
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import arranged
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import page
from keydesk.web.statements.content import STATEMENTS, listing_of, month_name, tabs, view_of
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, name_of

router = APIRouter(prefix="/teams/{team_id}/statements", include_in_schema=False, route_class=PageRoute)


@router.get("", **for_people())
async def team_statements_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    team, services = await managed_team(request, caller, team_id), services_of(request)
    found = await services.statements.of_teams.list(caller, team_id)
    path = f"{address(team_id)}/statements"
    return await page(
        request,
        "statements/team.html",
        name=name_of(team),
        address=address(team_id),
        statements=arranged(found.statements, state_of(STATEMENTS, path, request.query_params)),
        path=path,
        month_name=month_name,
        is_enabled=services.settings.chargeback.enabled,
    )


@router.get("/{month}", **for_people())
async def team_statement_page(
    team_id: Identifier,
    month: Month,
    request: Request,
    caller: Caller,
    by: Annotated[TeamDimension, Query()] = "model",
) -> Response:
    """Show a month. A page after the last one shows no rows."""
    team, of_teams = await managed_team(request, caller, team_id), services_of(request).statements.of_teams
    path = f"{address(team_id)}/statements/{month}"
    state = state_of(listing_of(by), path, request.query_params, kept=(("by", by),))
    detail = await of_teams.detail(caller, team_id, month, Grouping(by, state.page, state.size))
    offered: tuple[Dimension, ...] = ("model", "person", "key") if of_teams.shows_people else ("model", "key")
    return await page(
        request,
        "statements/team_month.html",
        name=name_of(team),
        address=address(team_id),
        detail=detail,
        path=path,
        groups=view_of(detail, state),
        month_name=month_name(month),
        tabs=tabs(path, by, offered),
    )


@router.get("/{month}/export", **for_people())
async def team_statement_download(
    team_id: Identifier, month: Month, request: Request, caller: Caller
) -> Response:
    parts = await services_of(request).statements.of_teams.export(caller, team_id, month)
    return statement_file(parts, month, "csv")
