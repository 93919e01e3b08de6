"""GET /models: the page of the models."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_people
from keydesk.web.catalogue.view import Rules, Wish, entries, matching, modes
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


def wish_of(
    q: Annotated[str, Query(max_length=100)] = "",
    mode: Annotated[str, Query(max_length=60)] = "",
    tools: bool = False,
    vision: bool = False,
    usable: bool = False,
) -> Wish:
    return Wish(q.strip(), mode, tools=tools, vision=vision, usable=usable)


@router.get("/models", **for_people())
async def models_page(
    request: Request, views: CallerViews, wish: Annotated[Wish, Depends(wish_of)]
) -> Response:
    user = await views.account()
    catalogue, teams = await asyncio.gather(views.models(), views.teams())
    config = services_of(request).client_config
    every = entries(user, teams, catalogue, Rules(config.base_url, config.key_generation.team_required))
    shown = matching(every, wish)
    return await page(
        request, "models.html", entries=shown, total=len(every), modes=modes(catalogue), wish=wish
    )
