"""What people may do with their own virtual keys on the key routes. Admins may do everything."""

from typing import Final

from keydesk_sandbox.bodies import KeyBody, KeyUpdateBody
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError, forbidden, refused
from keydesk_sandbox.rows import Row
from keydesk_sandbox.teams.records import find_membership, find_team

_MEMBERS_MAY: Final = "['/key/info', '/key/health']"


def check_own_powers(call: Call, body: KeyBody) -> None:
    """Raise unless the caller may create this key: no team, and no larger budget than the caller's key."""
    caller = call.caller
    if caller.is_admin or caller.key is None:
        return
    if body.team_id is not None:
        _refuse_team(call, body.team_id)
    own = caller.key["max_budget"]
    if body.max_budget is not None and own is not None and body.max_budget > own:
        raise refused(f"max_budget ({body.max_budget}) cannot exceed the caller's own max_budget ({own}).")


def check_may_update(call: Call, body: KeyUpdateBody, key: Row) -> None:
    """Raise unless the caller is an admin. The message depends on the owner of the key."""
    caller = call.caller
    if caller.is_admin:
        return
    owner = key["user_id"]
    if owner != caller.user_id:
        raise forbidden(
            f"User can only create keys for themselves. Got user_id={owner}, Your ID={caller.user_id}"
        )
    if body.user_id is not None and body.user_id != owner:
        raise forbidden(
            f"Non-admin caller is not allowed to rebind the key from user={owner} to user={body.user_id}"
        )
    if key["team_id"] is not None:
        raise _member_refused("KEY_UPDATE", "/key/update", key["team_id"])
    what = " (max_budget/spend)" if body.model_fields_set & {"max_budget", "spend"} else ""
    text = (
        f"Only proxy admins, team admins, or org admins can call /key/update{what}. "
        f"user_role={caller.role}, user_id={caller.user_id}"
    )
    raise forbidden(str({"error": text}))


def _refuse_team(call: Call, team_id: str) -> None:
    if find_team(call.db, team_id) is None:
        text = f"Team not found for team_id={team_id}. Non-admin users cannot create keys for non-existent teams."
        raise ProxyError(400, text, "invalid_request_error")
    if find_membership(call.db, team_id, call.caller.user_id) is None:
        text = f"User={call.caller.user_id} not assigned to team={team_id}"
        raise ProxyError(400, text, "invalid_request_error")
    raise _member_refused("KEY_GENERATE", "/key/generate", team_id)


def _member_refused(action: str, route: str, team_id: str) -> ProxyError:
    text = (
        f"Team member does not have permissions for endpoint: KeyManagementRoutes.{action}. You only have "
        f"access to the following endpoints: {_MEMBERS_MAY} for team {team_id}. To create keys for this team, "
        "please ask your proxy admin to check the team member permission settings and update the settings to "
        "allow team member users to create keys."
    )
    return ProxyError(401, text, "team_member_permission_error", route)
