"""GET /palette: the items of the command palette, as JSON. The browser asks when the palette is first opened."""

import asyncio
import hashlib
import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import Caller
from keydesk.api.route_rules import for_people
from keydesk.http.cached_answer import is_not_modified
from keydesk.kit.people import Person
from keydesk.litellm import LiteLLMError
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews, PageViews
from keydesk.web.palette import items
from keydesk.web.rendering import compressed, pages_of
from keydesk.web.teams.reading import may_create

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/palette", **for_people())
async def palette(request: Request, caller: Caller, views: CallerViews) -> Response:
    """Answer 304 if the browser has these items already. Nobody may store them."""
    text = json.dumps(await _content(request, caller, views), ensure_ascii=False)
    etag = f'W/"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'
    if is_not_modified(request, etag):
        return Response(status_code=304, headers={"etag": etag})
    answer = compressed(request, text, media_type="application/json")
    answer.headers["etag"] = etag
    return answer


async def _content(request: Request, person: Person, views: PageViews) -> dict[str, Any]:
    """Return the items. `complete` is false if LiteLLM was unavailable and its objects are missing."""
    found = items.pages((entry.path, entry.label) for entry in await pages_of(request))
    found += items.actions(may_create_team=await may_create(request, person))
    try:
        found += await _objects(views)
    except LiteLLMError:
        return {"items": [asdict(item) for item in found], "complete": False}
    return {"items": [asdict(item) for item in found], "complete": True}


async def _objects(views: PageViews) -> list[items.Item]:
    """Return keys, teams and models. Raises LiteLLMError."""
    await views.account()
    keys, joined, managed, models = await asyncio.gather(
        views.keys(), views.teams(), views.managed_teams(), views.models()
    )
    teams = list({team.team_id: team for team in [*joined, *managed]}.values())
    return [*items.keys(keys, teams), *items.teams(teams), *items.models(models)]
