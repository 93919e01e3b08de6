"""`POST /team/member_add`, `/team/member_delete` and `/team/member_update`."""

from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import Member, MemberAdd, MemberDelete, MemberUpdate
from keydesk_sandbox.call import Call
from keydesk_sandbox.durations import is_budget_duration
from keydesk_sandbox.errors import ENTERPRISE, DetailError, ProxyError
from keydesk_sandbox.keys.removal import remove_keys
from keydesk_sandbox.rows import Row
from keydesk_sandbox.teams.joining import drop_from_user, join, set_member_budget
from keydesk_sandbox.teams.records import find_membership, find_team
from keydesk_sandbox.teams.shapes import membership_object, team_object
from keydesk_sandbox.users.records import find_by_email
from keydesk_sandbox.users.shapes import listed_user
from keydesk_sandbox.validation import validated

Json = dict[str, Any]

_ADMIN_REFUSED = f"Assigning team admins is a premium feature. {ENTERPRISE}"
_ADMIN_UPDATE_REFUSED = (
    "Assigning team admins is a premium feature. You must be a LiteLLM Enterprise user to use this feature. "
    "If you have a license please set `LITELLM_LICENSE` in your env. Get a 7 day trial key here: "
    "https://www.litellm.ai/#trial. Pricing: https://www.litellm.ai/#pricing"
)


def add_members(call: Call, body: MemberAdd) -> Json:
    """Add one or several people; unknown ones are created as internal users."""
    several = isinstance(body.member, list)
    given = body.member if isinstance(body.member, list) else [body.member]
    members = [validated(Member, each) for each in given]
    if any(member.role == "admin" for member in members) and not call.gateway.config.enterprise:
        raise DetailError(400, _ADMIN_REFUSED)
    team = find_team(call.db, body.team_id)
    if team is None:
        name = body.team_id
        raise DetailError(404, f"Team doesn't exist in db. Team={name}. Create team via `/team/new` call.")
    _check_manager(call, body.team_id, "/team/member_add")
    _check_duration(body.budget_duration)
    members = _newcomers(team, members) if several else [_newcomer(team, members[0])]
    joined = [join(call, body.team_id, member) for member in members]
    for user in joined:
        set_member_budget(call, body.team_id, user["user_id"], body.sent(*_BUDGET_OF_ADD))
    rows.update(call.db, "teams", {"team_id": body.team_id}, {"updated_at": clock.stored(call.now)})
    return {
        **team_object(find_team(call.db, body.team_id) or team),
        "updated_users": [listed_user(user) for user in joined],
        "updated_team_memberships": [_membership(call, body.team_id, user["user_id"]) for user in joined],
    }


def delete_member(call: Call, body: MemberDelete) -> Json:
    """Remove a person and their keys of that team."""
    team = _team_or_400(call, body.team_id)
    _check_manager(call, body.team_id, "/team/member_delete")
    user_id = _member_id(team, body)
    if user_id is None:
        raise DetailError(400, "User not found in team")
    left = [member for member in team["members_with_roles"] if member["user_id"] != user_id]
    rows.update(call.db, "teams", {"team_id": body.team_id}, {"members_with_roles": left})
    call.db.execute("DELETE FROM memberships WHERE team_id = ? AND user_id = ?", [body.team_id, user_id])
    drop_from_user(call, user_id, body.team_id)
    statement = "SELECT * FROM keys WHERE team_id = ? AND user_id = ?"
    remove_keys(call, rows.select(call.db, statement, [body.team_id, user_id]))
    return team_object(find_team(call.db, body.team_id) or team)


def update_member(call: Call, body: MemberUpdate) -> Json:
    """Change a person's budget in a team; LiteLLM accepts people outside of the team too."""
    _team_or_400(call, body.team_id)
    _check_manager(call, body.team_id, "/team/member_delete")
    if body.role == "admin" and not call.gateway.config.enterprise:
        raise DetailError(400, _ADMIN_UPDATE_REFUSED, wrapped=False)
    _check_duration(body.budget_duration)
    user = find_by_email(call.db, body.user_email) if body.user_email else None
    user_id = body.user_id or (user["user_id"] if user else None)
    sent = body.sent("max_budget_in_team", "tpm_limit", "rpm_limit", "budget_duration", "allowed_models")
    if user_id is not None:
        set_member_budget(call, body.team_id, user_id, {"model_max_budget": {}, **sent} if sent else {})
    return {
        "user_id": user_id,
        "user_email": body.user_email,
        "team_id": body.team_id,
        **{name: getattr(body, name) for name in ("max_budget_in_team", "tpm_limit", "rpm_limit")},
        **{name: getattr(body, name) for name in ("budget_duration", "allowed_models")},
        **dict.fromkeys(("temp_budget_increase", "temp_budget_expiry", "model_max_budget")),
    }


_BUDGET_OF_ADD = ("max_budget_in_team", "budget_duration", "allowed_models")


def _check_manager(call: Call, team_id: str, route: str) -> None:
    """Raise 403 for all callers except admins; the message of member_update names member_delete."""
    if not call.caller.is_admin:
        allowed = "User not proxy admin OR team admin"
        raise DetailError(403, f"Call not allowed. {allowed}. route={route}, team_id={team_id}")


def _check_duration(duration: str | None) -> None:
    if duration is not None and not is_budget_duration(duration):
        hint = "Use a format like '1h', '24h', '7d', or '30d'."
        raise DetailError(400, f"Invalid budget_duration '{duration}'. {hint}")


def _newcomers(team: Row, members: list[Member]) -> list[Member]:
    """Return those who are not in the team yet; 400 if there are none."""
    left = [member for member in members if not _is_in(team, member)]
    if not left:
        raise _already(f"All users are already in team. {_existing(team)}")
    return left


def _newcomer(team: Row, member: Member) -> Member:
    if _is_in(team, member):
        who = f"user_id={member.user_id}, user_email={member.user_email}"
        raise _already(f"User already in team. Member: {who}. {_existing(team)}")
    return member


def _is_in(team: Row, member: Member) -> bool:
    listed = team["members_with_roles"]
    known = {each["user_id"] for each in listed} | {each["user_email"] for each in listed}
    return bool({member.user_id, member.user_email} & (known - {None}))


def _existing(team: Row) -> str:
    shown = ", ".join(
        f"Member(user_id={each['user_id']!r}, user_email={each['user_email']!r}, role={each['role']!r})"
        for each in team["members_with_roles"]
    )
    return f"Existing members=[{shown}]"


def _already(text: str) -> ProxyError:
    return ProxyError(400, text, "team_member_already_in_team", "member")


def _membership(call: Call, team_id: str, user_id: str) -> Json:
    member = find_membership(call.db, team_id, user_id)
    if member is None:
        raise LookupError(f"membership of {user_id} vanished inside its own transaction")
    return membership_object(member)


def _team_or_400(call: Call, team_id: str) -> Row:
    team = find_team(call.db, team_id)
    if team is None:
        raise DetailError(400, f"Team id={team_id} does not exist in db")
    return team


def _member_id(team: Row, body: MemberDelete) -> str | None:
    for member in team["members_with_roles"]:
        by_id = body.user_id is not None and member["user_id"] == body.user_id
        by_email = body.user_email is not None and member["user_email"] == body.user_email
        if by_id or by_email:
            return str(member["user_id"])
    return None
