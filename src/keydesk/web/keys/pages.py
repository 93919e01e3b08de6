"""GET /keys: the list of the caller's keys."""

import asyncio

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_people
from keydesk.web.keys.allowance import allowance_of_caller
from keydesk.web.keys.lifetime import policies_of
from keydesk.web.keys.listing import KEYS, Row, rows
from keydesk.web.lists.state import state_of
from keydesk.web.lists.view import arranged
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/keys", **for_people())
async def keys_page(request: Request, views: CallerViews) -> Response:
    found = await listed(request, views)
    state = state_of(KEYS, "/keys", request.query_params)
    expired = sum(row.expired for row in found)
    allowance = await allowance_of_caller(request)
    return await page(
        request, "keys/list.html", keys=arranged(found, state), expired=expired, allowance=allowance
    )


async def listed(request: Request, views: PageViews) -> list[Row]:
    """Return a row for each of the caller's keys. Raises LiteLLMError."""
    keys, teams = await asyncio.gather(views.keys(), views.teams())
    names = {team.team_id: team.team_alias or team.team_id for team in teams}
    policies = await policies_of(request, keys)
    return rows(keys, names, services_of(request).clock(), policies)
