"""GET /playground: try models with one's own key.

The browser calls the gateway itself, so Keydesk receives neither the key nor the text.
"""

import asyncio

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import services_of
from keydesk.api.route_rules import for_people
from keydesk.http.security_headers import allow_connections
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound
from keydesk.models.examples import is_chat
from keydesk.models.models import ModelView
from keydesk.web.catalogue.view import Rules, entries
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.rendering import page

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/playground", **for_people())
async def playground_page(request: Request, views: CallerViews) -> Response:
    """Raises NotFound if the setting turns the page off."""
    services = services_of(request)
    if not services.settings.litellm.playground:
        raise NotFound(message("This page does not exist."))
    config = services.client_config
    rules = Rules(config.base_url, config.key_generation.team_required)
    allow_connections(request.scope, config.base_url)
    return await page(request, "playground.html", gateway=config.base_url, models=await _models(views, rules))


async def _models(views: PageViews, rules: Rules) -> list[ModelView]:
    """Return the chat models that this person can use with a key. Raises LiteLLMError."""
    user = await views.account()
    catalogue, teams = await asyncio.gather(views.models(), views.teams())
    found = entries(user, teams, catalogue, rules)
    return [entry.model for entry in found if entry.usable and entry.call and is_chat(entry.model)]
