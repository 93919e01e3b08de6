"""GET, PUT and DELETE /alerts and /teams/{team_id}/alerts: which budget alerts a person or a team wants."""

from fastapi import APIRouter

from keydesk.alerts.bodies import AlertsRequest, AlertsView
from keydesk.alerts.models import Choice
from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.route_rules import for_people, for_team_admins, needing
from keydesk.api.services import Services
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.field_types import Identifier
from keydesk.kit.people import Person
from keydesk.kit.permission import Permission

router = APIRouter(tags=["alerts"], route_class=SegmentRoute)


@router.get("/alerts", **for_people())
async def get_alerts(caller: Caller, services: AppServices) -> AlertsView:
    """Return the alerts about the caller's account, keys and budgets in teams."""
    return _view(services, await services.alerts.choice_of(caller.ref))


@router.put("/alerts", **needing(Permission.KEY_MANAGE))
async def set_alerts(body: AlertsRequest, caller: Caller, services: AppServices) -> AlertsView:
    """Choose the alerts about the caller's account, keys and budgets in teams."""
    await services.alerts.choose(caller.ref, body.choice)
    return _view(services, body.choice)


@router.delete("/alerts", **needing(Permission.KEY_MANAGE))
async def reset_alerts(caller: Caller, services: AppServices) -> AlertsView:
    """Return to the default alerts."""
    await services.alerts.choose(caller.ref, None)
    return _view(services, None)


@router.get("/teams/{team_id}/alerts", **for_team_admins(Permission.TEAM_MANAGE))
async def get_team_alerts(team_id: Identifier, caller: Caller, services: AppServices) -> AlertsView:
    """Return the alerts that the admins of a team get about its budget."""
    await services.teams.owned(caller, team_id)
    return _view(services, await services.alerts.choice_of_team(team_id))


@router.put("/teams/{team_id}/alerts", **for_team_admins(Permission.TEAM_MANAGE))
async def set_team_alerts(
    team_id: Identifier, body: AlertsRequest, caller: Caller, services: AppServices
) -> AlertsView:
    """Choose the alerts that the admins of a team get about its budget."""
    return await _choose_for_team(services, caller, team_id, body.choice)


@router.delete("/teams/{team_id}/alerts", **for_team_admins(Permission.TEAM_MANAGE))
async def reset_team_alerts(team_id: Identifier, caller: Caller, services: AppServices) -> AlertsView:
    """Return to the default alerts for a team."""
    return await _choose_for_team(services, caller, team_id, None)


async def _choose_for_team(
    services: Services, person: Person, team_id: str, choice: Choice | None
) -> AlertsView:
    await services.teams.owned(person, team_id)
    await services.alerts.choose_for_team(person, team_id, choice)
    return _view(services, choice)


def _view(services: Services, own: Choice | None) -> AlertsView:
    alerts = services.alerts
    return AlertsView.of(own, alerts.usual, is_active=alerts.is_active)
