"""The forms with which a person chooses alerts for themselves, and a team admin for a team."""

from fastapi import APIRouter, Request, Response

from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.route_rules import for_people, for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.web.alerts.form import choice_sent, form_of
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, name_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_NOTIFICATIONS = "/notifications"


@router.post(f"{_NOTIFICATIONS}/alerts", **for_people())
async def choose_alerts(request: Request, caller: Caller, services: AppServices) -> Response:
    await services.alerts.choose(caller.ref, choice_sent(await request.form()))
    return go_to(request, _NOTIFICATIONS, FlashMessage(_("Your budget alerts are saved.")))


@router.get("/teams/{team_id}/alerts", **for_team_admins(Permission.TEAM_MANAGE))
async def team_alerts_page(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    team = await managed_team(request, caller, team_id)
    return await page(
        request,
        "alerts/team.html",
        name=name_of(team),
        address=address(team_id),
        alerts=form_of(await services.alerts.choice_of_team(team_id), services.alerts.usual),
        is_active=services.alerts.is_active,
    )


@router.post("/teams/{team_id}/alerts", **for_team_admins(Permission.TEAM_MANAGE))
async def choose_team_alerts(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    await managed_team(request, caller, team_id)
    await services.alerts.choose_for_team(caller, team_id, choice_sent(await request.form()))
    return go_to(request, address(team_id), FlashMessage(_("The team's budget alerts are saved.")))
