"""Pages for team admins that add and remove members, with the API's permissions and services."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.messages import message
from keydesk.kit.permission import Permission
from keydesk.kit.problems import NotFound, Problem
from keydesk.litellm import LiteLLMError
from keydesk.teams.models import MemberRequest, TeamView
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_drafts import draft_of
from keydesk.web.form_fields import amount, text_of, validated
from keydesk.web.language import gettext as _
from keydesk.web.next_page import page_after
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.forms import faults_of
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, name_of

router = APIRouter(prefix="/teams/{team_id}/members", include_in_schema=False, route_class=PageRoute)


Text = Annotated[str, Form(max_length=255)]


@router.get("/new", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def add_member_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    draft = draft_of(request)
    typed = {} if draft is None else {name: text_of(draft, name) for name in ("person", "budget")}
    return await _form_page(request, await managed_team(request, caller, team_id), typed)


@router.post("", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def add_member(
    team_id: Identifier, request: Request, caller: Caller, person: Text = "", budget: Text = ""
) -> Response:
    wanted: dict[str, Any] = {"userEntityRef": person.strip()}
    if budget.strip():
        wanted["maxBudgetInTeam"] = amount(budget)
    try:
        await services_of(request).team_members.add(caller, team_id, validated(MemberRequest, wanted))
    except (Problem, LiteLLMError) as error:
        team = await managed_team(request, caller, team_id)
        return await _form_page(request, team, {"person": person, "budget": budget}, error)
    return go_to(request, await page_after(request, address(team_id)), FlashMessage(_("Member added.")))


@router.get("/remove", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def remove_member_page(
    team_id: Identifier, request: Request, caller: Caller, member: Annotated[Identifier, Query()]
) -> Response:
    team = await managed_team(request, caller, team_id)
    if all(member != each.user_id for each in team.members_with_roles):
        raise NotFound(message("This person is not a member of the team."), param="member")
    person = (await services_of(request).people_names.of_accounts([member]))[member].name
    return await page(
        request,
        "teams/remove_member.html",
        member=member,
        person=person,
        impact=await services_of(request).team_impact.of_member(caller, team_id, member),
        name=name_of(team),
        address=address(team_id),
        back=await page_after(request, address(team_id)),
    )


@router.post("/remove", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def remove_member(
    team_id: Identifier,
    request: Request,
    caller: Caller,
    services: AppServices,
    member: Annotated[Identifier, Form()],
) -> Response:
    await services.team_members.remove(caller, team_id, member)
    text = _("Member removed. Their keys in this team were deleted.")
    return go_to(request, await page_after(request, address(team_id)), FlashMessage(text))


async def _form_page(
    request: Request, team: TeamView, typed: dict[str, str], error: Problem | LiteLLMError | None = None
) -> Response:
    """Show the form with its errors."""
    problem = as_problem(error) if error else None
    return await page(
        request,
        "teams/add_member.html",
        status=problem.status if problem else 200,
        team=team,
        name=name_of(team),
        address=address(team.team_id),
        back=await page_after(request, address(team.team_id)),
        typed={"person": "", "budget": ""} | typed,
        faults=faults_of(problem) if problem else {},
        problem=sentence(problem) if problem else None,
        ceiling=services_of(request).settings.litellm.team_admin.max_budget_ceiling,
    )
