"""The routes by which team admins manage the teams of their groups."""

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
    """The teams of the caller's team-admin groups; an empty list for everybody else."""
    return await services.answers.managed_teams(caller)


@router.post("", **for_team_admins(Permission.TEAM_CREATE))
async def create_team(body: TeamRequest, caller: Caller, services: AppServices) -> TeamView:
    """A new team of the caller's group. No other team may have its name."""
    return await services.team_management.create(caller, body)


@router.patch("/{team_id}", **for_team_admins(Permission.TEAM_MANAGE))
async def update_team(
    team_id: Identifier, body: TeamUpdate, caller: Caller, services: AppServices
) -> TeamView:
    """Change what the body names; null clears a limit."""
    return await services.team_management.update(caller, team_id, body)


@router.delete("/{team_id}", **for_team_admins(Permission.TEAM_DELETE))
async def delete_team(
    team_id: Identifier, caller: Caller, services: AppServices, force: bool = False
) -> TeamDeletedView:
    """Delete a team and its keys. `force` also deletes one that new accounts are put into."""
    return await services.team_management.delete(caller, team_id, force=force)


@router.post("/{team_id}/members", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def add_member(
    team_id: Identifier, body: MemberRequest, caller: Caller, services: AppServices
) -> TeamView:
    """Add a person of the directory, who gets an account if need be. Adding somebody again changes their budget."""
    return await services.team_members.add(caller, team_id, body)


@router.delete("/{team_id}/members", **for_team_admins(Permission.TEAM_MEMBERS_MANAGE))
async def remove_member(
    team_id: Identifier,
    member: Annotated[Identifier, Query(alias="userEntityRef", description="Or a LiteLLM user id")],
    caller: Caller,
    services: AppServices,
) -> MemberRemovedView:
    """Remove a member. LiteLLM deletes their keys of this team; the answer says which."""
    return await services.team_members.remove(caller, team_id, member)
