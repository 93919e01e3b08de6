"""`POST /team/new` and `/team/delete`."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import Member, TeamBody, TeamNames
from keydesk_sandbox.budget_rules import check_budget
from keydesk_sandbox.call import MASTER_USER, Call
from keydesk_sandbox.errors import DetailError, refused
from keydesk_sandbox.keys.removal import remove_keys
from keydesk_sandbox.licence import check_team_licensed
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.teams.joining import forget_team, join
from keydesk_sandbox.teams.records import find_team, store_grants
from keydesk_sandbox.teams.shapes import team_object


def new_team(call: Call, body: TeamBody) -> dict[str, Any]:
    """Create a team; the caller becomes its admin, so the master key adds `default_user_id`."""
    check_budget(body)
    if not call.gateway.config.enterprise:
        check_team_licensed(body)
    team_id = body.team_id or str(uuid4())
    if find_team(call.db, team_id) is not None:
        raise refused(f"Team id = {team_id} already exists. Please use a different team id.")
    rows.insert(call.db, "teams", _columns(call, body, team_id))
    for member in body.members_with_roles:
        join(call, team_id, member)
    creator = call.caller.user_id or MASTER_USER
    if all(member["user_id"] != creator for member in _members_of(call, team_id)):
        join(call, team_id, Member(role="admin", user_id=creator))
    return team_object(_team(call, team_id))


def delete_teams(call: Call, body: TeamNames) -> dict[str, Any]:
    """Delete teams, their keys and memberships."""
    for team_id in body.team_ids:
        if find_team(call.db, team_id) is None:
            raise DetailError(404, f"Team not found, passed team_id={team_id}")
    for team_id in body.team_ids:
        remove_keys(call, rows.select(call.db, "SELECT * FROM keys WHERE team_id = ?", [team_id]))
        forget_team(call, team_id)
        call.db.execute("DELETE FROM teams WHERE team_id = ?", [team_id])
    return {"deleted_teams": body.team_ids}


def _columns(call: Call, body: TeamBody, team_id: str) -> dict[str, Any]:
    at = clock.stored(call.now)
    grants = body.object_permission
    return {
        "team_id": team_id,
        "team_alias": body.team_alias,
        "organization_id": body.organization_id,
        "soft_budget": body.soft_budget,
        "tpd_limit": body.tpd_limit,
        "blocked": bool(body.blocked),
        "models": body.models or [],
        "metadata": body.metadata or {},
        "max_budget": body.max_budget,
        "budget_duration": body.budget_duration,
        "budget_reset_at": reset_at(call.now, body.budget_duration),
        "tpm_limit": body.tpm_limit,
        "rpm_limit": body.rpm_limit,
        "object_permission_id": store_grants(call.db, None, grants) if grants else None,
        "created_at": at,
        "updated_at": at,
    }


def _team(call: Call, team_id: str) -> Row:
    team = find_team(call.db, team_id)
    if team is None:
        raise LookupError(f"team {team_id} vanished inside its own transaction")
    return team


def _members_of(call: Call, team_id: str) -> list[dict[str, Any]]:
    return list(_team(call, team_id)["members_with_roles"])
