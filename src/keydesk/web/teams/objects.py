"""Pages for team admins that choose a team's knowledge bases and MCP servers from the allowlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.route_rules import for_team_admins
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.teams.models import AssignableView, KnowledgeBasesRequest, McpServersRequest
from keydesk.web.flash_message import FlashMessage
from keydesk.web.form_fields import texts_of, validated
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.teams.changing import address
from keydesk.web.teams.reading import managed_team
from keydesk.web.teams.view import choices, name_of

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
async def knowledge_bases_page(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    return await _page(request, caller, team_id, (_STORES, await services.team_objects.vector_stores()))


@router.post("/knowledge-bases", **for_team_admins(Permission.TEAM_KNOWLEDGEBASE_MANAGE))
async def set_knowledge_bases(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices, given: Chosen
) -> Response:
    wanted = validated(KnowledgeBasesRequest, {"vector_stores": given})
    await services.team_objects.set_knowledge_bases(caller, team_id, wanted)
    return go_to(request, address(team_id), FlashMessage(_("Access updated.")))


@router.get("/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def mcp_servers_page(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices
) -> Response:
    return await _page(request, caller, team_id, (_SERVERS, await services.team_objects.mcp_servers()))


@router.post("/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def set_mcp_servers(
    team_id: Identifier, request: Request, caller: Caller, services: AppServices, given: Chosen
) -> Response:
    wanted = validated(McpServersRequest, {"mcp_servers": given})
    await services.team_objects.set_mcp_servers(caller, team_id, wanted)
    return go_to(request, address(team_id), FlashMessage(_("Access updated.")))


async def _page(
    request: Request, caller: Caller, team_id: str, offered: tuple[Facet, Sequence[AssignableView]]
) -> Response:
    facet, allowed = offered
    team = await managed_team(request, caller, team_id)
    has = team.object_permission
    return await page(
        request,
        "teams/objects.html",
        name=name_of(team),
        address=address(team_id),
        facet=facet,
        title=_("%(things)s of %(team)s", things=_(facet.title), team=name_of(team)),
        choices=choices(allowed, has.vector_stores if facet is _STORES else has.mcp_servers),
    )
