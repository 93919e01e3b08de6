"""`POST /team/update`, `/team/block` and `/team/unblock`. Metadata is replaced, never merged."""

from typing import Any, Final

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import TeamName, TeamUpdateBody
from keydesk_sandbox.budget_rules import check_budget
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError, ProxyError, forbidden, refused
from keydesk_sandbox.licence import check_team_licensed
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.teams.records import find_grants, find_team, store_grants
from keydesk_sandbox.teams.shapes import team_row

_PLAIN: Final = (
    "team_alias", "organization_id", "metadata", "tpm_limit", "rpm_limit", "tpd_limit", "max_budget",
    "soft_budget", "models", "blocked", "budget_duration",
)  # fmt: skip

_NEVER_NULL: Final = ("metadata", "models", "blocked")


def update_team(call: Call, body: TeamUpdateBody) -> dict[str, Any]:
    """Update a team; null removes a limit. The lists of object permissions change separately."""
    if not call.caller.is_admin:
        raise forbidden("You do not have access to this team")
    check_budget(body)
    if not call.gateway.config.enterprise:
        check_team_licensed(body)
    team = find_team(call.db, body.team_id)
    if team is None:
        raise refused(f"Team not found, passed team_id={body.team_id}", 404)
    for name in ("models", "object_permission"):
        if name in body.model_fields_set and getattr(body, name) is None:
            text = f"`data.{name}`: A value is required but not set"
            raise ProxyError(500, text, "internal_server_error")
    changes = {
        name: value
        for name, value in body.sent(*_PLAIN).items()
        if value is not None or name not in _NEVER_NULL
    }
    if "budget_duration" in changes:
        changes["budget_reset_at"] = reset_at(call.now, body.budget_duration)
    if body.object_permission is not None:
        permission_id = store_grants(call.db, team["object_permission_id"], body.object_permission)
        changes["object_permission_id"] = permission_id
    changes["updated_at"] = clock.stored(call.now)
    rows.update(call.db, "teams", {"team_id": body.team_id}, changes)
    changed = find_team(call.db, body.team_id) or team
    return {"team_id": body.team_id, "data": team_row(changed, find_grants(call.db, changed))}


def block_team(call: Call, body: TeamName) -> dict[str, Any]:
    """Block a team, which refuses all its keys."""
    return _set_blocked(call, body, blocked=True)


def unblock_team(call: Call, body: TeamName) -> dict[str, Any]:
    """Unblock a team."""
    return _set_blocked(call, body, blocked=False)


def _set_blocked(call: Call, body: TeamName, *, blocked: bool) -> dict[str, Any]:
    team = find_team(call.db, body.team_id)
    if team is None:
        raise DetailError(404, f"Team not found, passed team_id={body.team_id}")
    changes = {"blocked": blocked, "updated_at": clock.stored(call.now)}
    rows.update(call.db, "teams", {"team_id": body.team_id}, changes)
    return team_row(find_team(call.db, body.team_id) or team)
