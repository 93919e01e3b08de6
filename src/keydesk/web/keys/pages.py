"""GET /keys: the list. Search and order are in the query, so that the URL can be bookmarked."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_people
from keydesk.web.keys.listing import Order, chosen, rows
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)
COLUMNS = (
    ("name", N_("Name")),
    ("team", N_("Team")),
    (None, N_("Models")),
    ("spent", N_("Spend")),
    ("used", N_("Last used")),
    ("expires", N_("Expires")),
    ("state", N_("Status")),
)
"""The columns with their headings, by sort name."""


@router.get("/keys", **for_people())
async def keys_page(
    request: Request,
    views: CallerViews,
    q: Annotated[str, Query(max_length=100)] = "",
    sort: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    found = await listed(request, views)
    order = Order.named(sort)
    shown = chosen(found["all"], q, order)
    return await page(
        request,
        "keys/list.html",
        rows=shown,
        q=q,
        sort=sort,
        order=order,
        columns=[(column, _(heading)) for column, heading in COLUMNS],
        **found,
    )


async def listed(request: Request, views: PageViews) -> dict[str, Any]:
    """Return all rows, and how many of the keys are expired. Raises LiteLLMError."""
    now = services_of(request).usage.clock()
    keys, teams = await asyncio.gather(views.keys(), views.teams())
    names = {team.team_id: team.team_alias or team.team_id for team in teams}
    found = rows(keys, names, now)
    return {"all": found, "expired": sum(row.expired for row in found), "now": now}
