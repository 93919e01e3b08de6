"""Pages for team admins that block, unblock and delete teams, after saying how many keys stop working."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Conflicting, Problem
from keydesk.teams.limits import is_provisioned
from keydesk.teams.models import TeamUpdate, TeamView
from keydesk.web.error_view import sentence
from keydesk.web.flash_message import FlashMessage, undo
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, name_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/teams/{team_id}/block", **for_team_admins(Permission.TEAM_MANAGE))
async def block_team_page(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    team = await managed_team(request, caller, team_id)
    return await page(
        request,
        "teams/block.html",
        impact=await services.team_impact.of_team(caller, team_id),
        name=name_of(team),
        address=address(team_id),
    )


@router.post("/teams/{team_id}/block", **for_team_admins(Permission.TEAM_MANAGE))
async def block_team(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    await services.team_management.update(caller, team_id, TeamUpdate(blocked=True))
    where = address(team_id)
    text = _("Team blocked. Requests with its keys are rejected until you unblock it.")
    return go_to(request, where, FlashMessage(text, undo(f"{where}/unblock")))


@router.post("/teams/{team_id}/unblock", **for_team_admins(Permission.TEAM_MANAGE))
async def unblock_team(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    await services.team_management.update(caller, team_id, TeamUpdate(blocked=False))
    where = address(team_id)
    return go_to(request, where, FlashMessage(_("Team unblocked."), undo(f"{where}/block")))


@router.get("/teams/{team_id}/delete", **for_team_admins(Permission.TEAM_DELETE))
async def delete_team_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    return await _delete_page(request, caller, await managed_team(request, caller, team_id))


@router.post("/teams/{team_id}/delete", **for_team_admins(Permission.TEAM_DELETE))
async def delete_team(
    team_id: Identifier,
    request: Request,
    caller: Caller,
    services: AppServices,
    force: Annotated[bool, Form()] = False,
) -> Response:
    try:
        await services.team_management.delete(caller, team_id, force=force)
    except Conflicting as problem:
        team = await managed_team(request, caller, team_id)
        return await _delete_page(request, caller, team, problem)
    return go_to(request, "/teams", FlashMessage(_("Team and its keys deleted.")))


async def _delete_page(
    request: Request, caller: Caller, team: TeamView, problem: Problem | None = None
) -> Response:
    services = services_of(request)
    rules = services.settings.litellm
    return await page(
        request,
        "teams/delete.html",
        status=problem.status if problem else 200,
        team=team,
        impact=await services.team_impact.of_team(caller, team.team_id),
        name=name_of(team),
        address=address(team.team_id),
        problem=sentence(problem) if problem else None,
        allowed=rules.team_admin.allow_team_delete,
        provisioned=is_provisioned(team.team_id, rules.provisioning),
    )
