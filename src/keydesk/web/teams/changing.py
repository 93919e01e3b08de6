"""Pages for team admins that create, edit, block and delete teams, with the API's permissions and services."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Conflicting, Problem
from keydesk.settings import Gateway
from keydesk.teams.limits import is_provisioned
from keydesk.teams.models import TeamUpdate, TeamView
from keydesk.web.error_view import sentence
from keydesk.web.flash_message import FlashMessage, undo
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.forms import TeamForm, faults_of
from keydesk.web.teams.reading import groups_of, managed_team
from keydesk.web.teams.view import model_choices, name_of

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MOVED_ON = "expectedUpdatedAtIso"


async def form_sent(request: Request) -> TeamForm:
    return TeamForm.sent(await request.form())


Sent = Annotated[TeamForm, Depends(form_sent)]


def address(team_id: str) -> str:
    return f"/teams/{quote(team_id, safe='')}"


@router.get("/teams/new", **for_team_admins(Permission.TEAM_CREATE))
async def new_team_page(request: Request, caller: Caller, services: AppServices) -> Response:
    form = TeamForm.blank(services.settings.litellm.team_admin.max_budget_ceiling)
    return await _form_page(request, caller, form)


@router.post("/teams", **for_team_admins(Permission.TEAM_CREATE))
async def create_team(request: Request, caller: Caller, form: Sent, services: AppServices) -> Response:
    try:
        created = await services.team_management.create(caller, form.request())
    except Problem as problem:
        return await _form_page(request, caller, form, problem=problem)
    return go_to(request, address(created.team_id), FlashMessage(_("Team created. Add its members next.")))


@router.get("/teams/{team_id}/edit", **for_team_admins(Permission.TEAM_MANAGE))
async def edit_team_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    team = await managed_team(request, caller, team_id)
    return await _form_page(request, caller, TeamForm.of(team), team)


@router.post("/teams/{team_id}/edit", **for_team_admins(Permission.TEAM_MANAGE))
async def edit_team(
    team_id: Identifier, request: Request, caller: Caller, form: Sent, services: AppServices
) -> Response:
    team = await managed_team(request, caller, team_id)
    try:
        if not (update := form.update(team)):
            return go_to(request, address(team_id), FlashMessage(_("No changes to save.")))
        await services.team_management.update(caller, team_id, update)
    except Problem as problem:
        return await _refused(request, caller, form, (team, problem))
    return go_to(request, address(team_id), FlashMessage(_("Team updated.")))


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
async def delete_team_page(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    return await _delete_page(
        request, await managed_team(request, caller, team_id), services.settings.litellm
    )


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
        return await _delete_page(request, team, services.settings.litellm, problem)
    return go_to(request, "/teams", FlashMessage(_("Team and its keys deleted.")))


async def _refused(
    request: Request, caller: Caller, form: TeamForm, refusal: tuple[TeamView, Problem]
) -> Response:
    """Keep the submitted values: beside the current ones after a conflict, else in the form."""
    team, problem = refusal
    if not isinstance(problem, Conflicting) or problem.param != _MOVED_ON:
        return await _form_page(request, caller, form, team, problem)
    return await page(
        request,
        "teams/conflict.html",
        status=problem.status,
        team=team,
        name=name_of(team),
        rows=form.differences(team),
        address=address(team.team_id),
    )


async def _form_page(
    request: Request,
    caller: Caller,
    form: TeamForm,
    team: TeamView | None = None,
    problem: Problem | None = None,
) -> Response:
    """Show the form with its errors. Raises a problem that belongs to no field."""
    faults = faults_of(problem) if problem else {}
    if problem and not faults:
        raise problem
    services = services_of(request)
    content: dict[str, Any] = {
        "team": team,
        "form": form,
        "faults": faults,
        "models": model_choices(await services.team_management.assignable_models(), form.models),
        "groups": await groups_of(request, caller) if team is None else (),
        "rules": services.settings.litellm.team_admin,
        "action": f"{address(team.team_id)}/edit" if team else "/teams",
        "back": address(team.team_id) if team else "/teams",
    }
    return await page(request, "teams/form.html", status=problem.status if problem else 200, **content)


async def _delete_page(
    request: Request, team: TeamView, rules: Gateway, problem: Problem | None = None
) -> Response:
    return await page(
        request,
        "teams/delete.html",
        status=problem.status if problem else 200,
        team=team,
        name=name_of(team),
        address=address(team.team_id),
        problem=sentence(problem) if problem else None,
        allowed=rules.team_admin.allow_team_delete,
        provisioned=is_provisioned(team.team_id, rules.provisioning),
    )
