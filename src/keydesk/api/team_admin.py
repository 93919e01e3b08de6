"""The routes with which team admins manage the teams of their groups."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from keydesk.api.dependencies import AppServices, Caller, Reader
from keydesk.api.route_rules import for_people, for_team_admins
from keydesk.http.segment_route import SegmentRoute
from keydesk.kit.field_types import Identifier
from keydesk.kit.permission import Permission
from keydesk.teams.models import (
    MemberRemovedView,
    MemberRequest,
    TeamDeletedView,
    TeamRequest,
    TeamUpdate,
    TeamView,
)

router = APIRouter(prefix="/teams", tags=["team management"], route_class=SegmentRoute)


@router.get("/managed", response_model=list[TeamView], **for_people())
async def managed_teams(caller: Reader, services: AppServices) -> Any:
    """List the teams of the caller's team-admin groups. The list is empty for everyone else."""
    return await services.answers.managed_teams(caller)


@router.post("", **for_team_admins(Permission.TEAM_CREATE))
async def create_team(body: TeamRequest, caller: Caller, services: AppServices) -> TeamView:
    """Create a team of the caller's group. Team names are unique."""
    return await services.team_management.create(caller, body)


@router.patch("/{team_id}", **for_team_admins(Permission.TEAM_MANAGE))
async def update_team(
    team_id: Identifier, body: TeamUpdate, caller: Caller, services: AppServices
) -> TeamView:
    """Update the fields in the body. `null` clears a limit."""
    return await services.team_management.update(caller, team_id, body)


@router.delete("/{team_id}", **for_team_admins(Permission.TEAM_DELETE))
async def delete_team(
    team_id: Identifier, caller: Caller, services: AppServices, force: bool = False
) -> TeamDeletedView:
    """Delete a team and its keys. To delete a team that new accounts are added to, set `force`."""
    return await services.team_management.delete(caller, team_id, force=force)


@router.post("/{team_id}/members", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def add_member(
    team_id: Identifier, body: MemberRequest, caller: Caller, services: AppServices
) -> TeamView:
    """Add a person from the directory, creating an account if needed. Adding a member again updates their budget."""
    return await services.team_members.add(caller, team_id, body)


@router.delete("/{team_id}/members", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def remove_member(
    team_id: Identifier,
    member: Annotated[
        Identifier, Query(alias="userEntityRef", description="An entity reference or a LiteLLM user id.")
    ],
    caller: Caller,
    services: AppServices,
) -> MemberRemovedView:
    """Remove a member. LiteLLM deletes their keys for this team. The response lists the deleted keys."""
    return await services.team_members.remove(caller, team_id, member)
