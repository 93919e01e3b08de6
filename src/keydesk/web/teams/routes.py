"""GET /teams and GET /teams/{team_id}: pages for members and managers."""

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Account, Caller
from keydesk.api.route_rules import for_people
from keydesk.kit.field_types import Identifier
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import page
from keydesk.web.teams.reading import lists_content, team_content, visible_team

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/teams", **for_people())
async def teams_page(request: Request, caller: Caller, views: CallerViews) -> Response:
    content = await lists_content(request, caller, views)
    return await page(request, "teams.html", **content)


@router.get("/teams/{team_id}", **for_people())
async def team_page(team_id: Identifier, request: Request, caller: Caller, account: Account) -> Response:
    visible = await visible_team(request, caller, await account(), team_id)
    return await page(request, "team.html", **await team_content(request, caller, visible))
