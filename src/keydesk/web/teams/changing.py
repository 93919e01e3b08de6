"""Pages for team admins that create and edit teams, with the API's permissions and services."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Conflicting, Problem
from keydesk.litellm import LiteLLMError
from keydesk.teams.models import TeamView
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_drafts import draft_of
from keydesk.web.keys.choice import periods
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.forms import TeamForm, faults_of
from keydesk.web.teams.reading import assignable_models, managed_team, titled_groups
from keydesk.web.teams.view import address, model_choices

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_MOVED_ON = "expectedUpdatedAtIso"


async def form_sent(request: Request) -> TeamForm:
    return TeamForm.sent(await request.form())


Sent = Annotated[TeamForm, Depends(form_sent)]


@router.get("/teams/new", **for_team_admins(Permission.TEAM_CREATE))
async def new_team_page(request: Request, caller: Caller, services: AppServices) -> Response:
    draft = draft_of(request)
    blank = TeamForm.blank(services.settings.litellm.team_admin.max_budget_ceiling)
    form = blank if draft is None else TeamForm.sent(draft)
    return await _form_page(request, caller, form)


@router.post("/teams", **for_team_admins(Permission.TEAM_CREATE))
async def create_team(request: Request, caller: Caller, form: Sent, services: AppServices) -> Response:
    try:
        created = await services.team_management.create(caller, form.request())
    except (Problem, LiteLLMError) as error:
        return await _form_page(request, caller, form, error=error)
    return go_to(request, address(created.team_id), FlashMessage(_("Team created. Add its members next.")))


@router.get("/teams/{team_id}/edit", **for_team_admins(Permission.TEAM_MANAGE))
async def edit_team_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    team = await managed_team(request, caller, team_id)
    draft = draft_of(request)
    form = TeamForm.of(team) if draft is None else TeamForm.sent(draft)
    return await _form_page(request, caller, form, team)


@router.post("/teams/{team_id}/edit", **for_team_admins(Permission.TEAM_MANAGE))
async def edit_team(
    team_id: Identifier, request: Request, caller: Caller, form: Sent, services: AppServices
) -> Response:
    team = await managed_team(request, caller, team_id)
    try:
        if not (update := form.update(team)):
            return go_to(request, address(team_id), FlashMessage(_("No changes to save.")))
        await services.team_management.update(caller, team_id, update)
    except (Problem, LiteLLMError) as error:
        return await _refused(request, caller, form, (team, error))
    return go_to(request, address(team_id), FlashMessage(_("Team updated.")))


async def _refused(
    request: Request, caller: Caller, form: TeamForm, refusal: tuple[TeamView, Problem | LiteLLMError]
) -> Response:
    """Show the form as it was submitted. After a conflict, it is based on the values that the team has now."""
    team, error = refusal
    if _is_conflict(error):
        team = await managed_team(request, caller, team.team_id)
        form = form.based_on(team)
    return await _form_page(request, caller, form, team, error)


def _is_conflict(error: Problem | LiteLLMError | None) -> bool:
    """Return whether the team has changed since its form was shown."""
    return isinstance(error, Conflicting) and error.param == _MOVED_ON


async def _form_page(
    request: Request,
    caller: Caller,
    form: TeamForm,
    team: TeamView | None = None,
    error: Problem | LiteLLMError | None = None,
) -> Response:
    """Show the form with its errors."""
    problem = as_problem(error) if error else None
    services = services_of(request)
    content: dict[str, Any] = {
        "team": team,
        "form": form,
        "differences": form.differences(team) if team and _is_conflict(error) else [],
        "faults": faults_of(problem) if problem else {},
        "problem": sentence(problem) if problem else None,
        "models": model_choices(await assignable_models(request, caller), form.models),
        "groups": await titled_groups(request, caller) if team is None else {},
        "periods": periods(services.settings.litellm.team_admin),
        "rules": services.settings.litellm.team_admin,
        "action": f"{address(team.team_id)}/edit" if team else "/teams",
        "back": address(team.team_id) if team else "/teams",
    }
    return await page(request, "teams/form.html", status=problem.status if problem else 200, **content)
