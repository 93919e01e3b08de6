"""Pages for team admins that choose a team's knowledge bases and MCP servers from the allowlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from keydesk.api.dependencies import AppServices, Caller, services_of
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.teams.models import KnowledgeBasesRequest, McpServersRequest
from keydesk.web.error_view import as_problem, sentence
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_drafts import draft_of
from keydesk.web.form_fields import texts_of, validated
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import address, choices, name_of

router = APIRouter(prefix="/teams/{team_id}", include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Facet:
    """Knowledge bases or MCP servers. `path` is the page's, below the team's; `title` is a message id."""

    path: str
    title: str


_STORES = Facet("knowledge-bases", N_("Knowledge bases"))
_SERVERS = Facet("mcp-servers", N_("MCP servers"))


async def chosen(request: Request) -> list[str]:
    return texts_of(await request.form(), "given")


Chosen = Annotated[list[str], Depends(chosen)]


@router.get("/knowledge-bases", **for_team_admins(Permission.TEAM_KNOWLEDGEBASE_MANAGE))
async def knowledge_bases_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    return await _page(request, caller, team_id, _Form(_STORES, _drafted(request)))


@router.post("/knowledge-bases", **for_team_admins(Permission.TEAM_KNOWLEDGEBASE_MANAGE))
async def set_knowledge_bases(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices, given: Chosen
) -> Response:
    try:
        wanted = validated(KnowledgeBasesRequest, {"vector_stores": given})
        await services.team_objects.set_knowledge_bases(caller, team_id, wanted)
    except (Problem, LiteLLMError) as error:
        return await _page(request, caller, team_id, _Form(_STORES, given, error))
    return go_to(request, address(team_id), FlashMessage(_("Access updated.")))


@router.get("/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def mcp_servers_page(team_id: Identifier, request: Request, caller: Caller) -> Response:
    return await _page(request, caller, team_id, _Form(_SERVERS, _drafted(request)))


@router.post("/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def set_mcp_servers(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices, given: Chosen
) -> Response:
    try:
        wanted = validated(McpServersRequest, {"mcp_servers": given})
        await services.team_objects.set_mcp_servers(caller, team_id, wanted)
    except (Problem, LiteLLMError) as error:
        return await _page(request, caller, team_id, _Form(_SERVERS, given, error))
    return go_to(request, address(team_id), FlashMessage(_("Access updated.")))


@dataclass(frozen=True, slots=True)
class _Form:
    """`given` are the chosen ids, or None for what the team has."""

    facet: Facet
    given: Sequence[str] | None
    error: Problem | LiteLLMError | None = None


def _drafted(request: Request) -> list[str] | None:
    draft = draft_of(request)
    return None if draft is None else texts_of(draft, "given")


async def _page(request: Request, caller: Caller, team_id: str, form: _Form) -> Response:
    """Show the choices. Raises LiteLLMError while their names cannot be read."""
    objects = services_of(request).team_objects
    allowed = await (objects.vector_stores() if form.facet is _STORES else objects.mcp_servers())
    team = await managed_team(request, caller, team_id)
    has = team.object_permission
    given = has.vector_stores if form.facet is _STORES else has.mcp_servers
    problem = as_problem(form.error) if form.error else None
    return await page(
        request,
        "teams/objects.html",
        status=problem.status if problem else 200,
        problem=sentence(problem) if problem else None,
        name=name_of(team),
        address=address(team_id),
        facet=form.facet,
        title=_("%(things)s of %(team)s", things=_(form.facet.title), team=name_of(team)),
        choices=choices(allowed, given if form.given is None else form.given),
    )
