"""The routes with which team admins assign knowledge bases and MCP servers to teams."""

from fastapi import APIRouter

from keydesk.api.dependencies import AppServices, Caller
from keydesk.api.route_rules import for_team_admins
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.teams.models import AssignableView, KnowledgeBasesRequest, McpServersRequest, TeamView

router = APIRouter(tags=["team management"], route_class=SegmentRoute)


@router.get("/vector-stores", **for_team_admins(Permission.TEAM_KNOWLEDGEBASE_MANAGE))
async def list_vector_stores(services: AppServices) -> list[AssignableView]:
    """List the vector stores that can be assigned to a team as knowledge bases."""
    return await services.team_objects.vector_stores()


@router.get("/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def list_mcp_servers(services: AppServices) -> list[AssignableView]:
    """List the MCP servers that can be assigned to a team."""
    return await services.team_objects.mcp_servers()


@router.put("/teams/{team_id}/knowledge-bases", **for_team_admins(Permission.TEAM_KNOWLEDGEBASE_MANAGE))
async def set_knowledge_bases(
    team_id: Identifier, body: KnowledgeBasesRequest, caller: Caller, services: AppServices
) -> TeamView:
    """Replace the team's knowledge bases. Its MCP servers do not change."""
    return await services.team_objects.set_knowledge_bases(caller, team_id, body)


@router.put("/teams/{team_id}/mcp-servers", **for_team_admins(Permission.TEAM_MCP_MANAGE))
async def set_mcp_servers(
    team_id: Identifier, body: McpServersRequest, caller: Caller, services: AppServices
) -> TeamView:
    """Replace the team's MCP servers. Its knowledge bases do not change."""
    return await services.team_objects.set_mcp_servers(caller, team_id, body)
