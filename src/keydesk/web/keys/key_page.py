"""GET /keys/{key_id}: one key, for its owner, for readers of its team's usage, and for auditors."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from keydesk.accounts.names import PersonName
from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.http.security_headers import allow_connections
from keydesk.keys.models import KeyView
from keydesk.kit.field_types import Printable
from keydesk.web.keys.choice import choice_of
from keydesk.web.keys.history import history_of
from keydesk.web.keys.key_usage import known_usage, shared_usage
from keydesk.web.keys.key_use import use_of
from keydesk.web.keys.leaked import leak_of
from keydesk.web.keys.lifetime import policies_of
from keydesk.web.keys.limits import limits_of
from keydesk.web.keys.own_key import find_key
from keydesk.web.keys.rotating import can_rotate
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
        return await _audited_page(request, asked, key)
    return await page(request, "keys/shared.html", **await shared_usage(request, asked, key_id))


async def _own_page(request: Request, asked: ReportRequest, key: KeyView) -> Response:
    facts = await _facts(request, asked, key, is_own=True)
    usage = await known_usage(request, replace(asked, team_id=None), key)
    figures = Figures(usage["report"], await asked.views.account(), await asked.views.keys())
    age = await updated(request, asked.views, figures, key_id=key.token)
    account, tools = await asked.views.account(), await asked.views.tools()
    choice = await choice_of(asked.views, account, key.team_id)
    gateway = services_of(request).client_config.base_url
    use = use_of(choice, key, gateway, tools.get(key.token, ()))
    allow_connections(request.scope, use.gateway)
    foreign = await services_of(request).key_adoption.is_foreign(key.token)
    limits = await limits_of(request, asked.person, account, key.token)
    facts |= {"use": use, "updated": age, "foreign": foreign, "limits": limits}
    return await page(request, "keys/key.html", **facts, **usage)


async def _audited_page(request: Request, asked: ReportRequest, key: KeyView) -> Response:
    facts = await _facts(request, asked, key, is_own=False)
    teams = await services_of(request).team_names.of([key.team_id] if key.team_id else [])
    facts |= {"owner": await _owner(request, key), "team": teams.get(key.team_id or "")}
    return await page(request, "keys/audited.html", **facts)


async def _owner(request: Request, key: KeyView) -> PersonName | None:
    if key.user_id is None:
        return None
    return (await services_of(request).people_names.of_accounts([key.user_id]))[key.user_id]


async def _facts(request: Request, asked: ReportRequest, key: KeyView, *, is_own: bool) -> dict[str, Any]:
    now = services_of(request).clock()
    history = await history_of(request, asked.person, key, with_names=not is_own)
    policy = (await policies_of(request, [key])).get(key.token) if is_own else None
    state = key_status(key, now, policy)
    leak = await leak_of(request, asked.person, key)
    facts = {"key": key, "state": state, "policy": policy, "now": now, "history": history, "leak": leak}
    return facts | {"can_rotate": can_rotate(key, leak, policy, now)}
