"""GET /keys/{key_id}: one key, for its owner, for readers of its team's usage, and for auditors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.accounts.names import PersonName
from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.http.security_headers import allow_connections
from keydesk.keys.models import KeyView
from keydesk.kit.field_types import Printable
from keydesk.web.keys.history import history_of
from keydesk.web.keys.key_usage import own_usage, shared_usage
from keydesk.web.keys.key_use import use_of
from keydesk.web.keys.own_key import find_key
from keydesk.web.page_route import PageRoute
from keydesk.web.page_views import CallerViews
from keydesk.web.refreshing.figures import Figures, updated
from keydesk.web.rendering import auditors, page
from keydesk.web.status import key_status
from keydesk.web.usage.content import ReportRequest
from keydesk.web.usage.routes import RequestedPeriod, TeamId

router = APIRouter(include_in_schema=False, route_class=PageRoute)
OwnerId = Annotated[Printable, Query(max_length=255)]


async def key_request(
    key_id: str, period: RequestedPeriod, caller: Caller, views: CallerViews, team: TeamId = ""
) -> ReportRequest:
    return ReportRequest(caller, views, period, team or None, key_id)


@router.get("/keys/{key_id}", **for_people())
async def key_page(
    request: Request, key_id: str, asked: Annotated[ReportRequest, Depends(key_request)], owner: OwnerId = ""
) -> Response:
    """Show the caller's key. A colleague's key is shown in a team's usage and to auditors, and else does not exist."""
    key = find_key(await asked.views.keys(), key_id)
    if key is not None:
        return await _own_page(request, asked, key)
    if asked.team_id is None and await auditors(request, asked.person):
        key = await services_of(request).keys.find_for_auditor(key_id, owner or None)
    if key is not None:
        facts = await _facts(request, asked, key, is_own=False)
        return await page(request, "keys/audited.html", **facts, owner=await _owner(request, key))
    return await page(request, "keys/shared.html", **await shared_usage(request, asked, key_id))


async def _own_page(request: Request, asked: ReportRequest, key: KeyView) -> Response:
    facts = await _facts(request, asked, key, is_own=True)
    usage = await own_usage(request, asked, key)
    figures = Figures(usage["report"], await asked.views.account(), await asked.views.keys())
    age = await updated(request, asked.views, figures, key_id=key.token)
    use = await use_of(asked.views, key, services_of(request).client_config.base_url)
    allow_connections(request.scope, use.gateway)
    return await page(request, "keys/key.html", **facts, **usage, use=use, updated=age)


async def _owner(request: Request, key: KeyView) -> PersonName | None:
    if key.user_id is None:
        return None
    return (await services_of(request).people_names.of_accounts([key.user_id]))[key.user_id]


async def _facts(request: Request, asked: ReportRequest, key: KeyView, *, is_own: bool) -> dict[str, Any]:
    now = services_of(request).clock()
    history = await history_of(request, asked.person, key, with_names=not is_own)
    return {"key": key, "state": key_status(key, now), "now": now, "history": history}
