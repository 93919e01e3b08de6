"""`POST /user/update`, which also creates, and `POST /user/delete`."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import UserNames, UserUpdateBody
from keydesk_sandbox.budget_rules import check_duration
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.users.records import add_user, find_by_email, find_user
from keydesk_sandbox.users.shapes import whole_user

_PLAIN = (
    "user_email", "user_alias", "models", "max_budget", "tpm_limit", "rpm_limit", "max_parallel_requests",
    "budget_duration", "spend", "metadata",
)  # fmt: skip


_CLEARED_BY_NULL = {"max_budget", "budget_duration", "tpm_limit", "rpm_limit", "max_parallel_requests"}


def update_user(call: Call, body: UserUpdateBody) -> dict[str, Any]:
    """Update a user; metadata is replaced. An unknown user is CREATED, without a role."""
    check_duration(body.budget_duration)
    user = _find(call, body)
    changes = _changes(call, body)
    if user is None:
        user_id = body.user_id or str(uuid4())
        user = add_user(call.db, call.now, {"user_id": user_id} | changes)
    else:
        user_id = user["user_id"]
        changes["updated_at"] = clock.stored(call.now)
        rows.update(call.db, "users", {"user_id": user_id}, changes)
    return {"user_id": user_id, "data": whole_user(find_user(call.db, user_id) or user)}


def delete_users(call: Call, body: UserNames) -> int:
    """Delete users with memberships and keys, which are not even kept as deleted; return the number of users."""
    for user_id in body.user_ids:
        if find_user(call.db, user_id) is None:
            raise DetailError(404, f"User not found, passed user_id={user_id}")
    for user_id in body.user_ids:
        call.db.execute("DELETE FROM keys WHERE user_id = ?", [user_id])
        _leave_teams(call, user_id)
        call.db.execute("DELETE FROM users WHERE user_id = ?", [user_id])
    return len(body.user_ids)


def _find(call: Call, body: UserUpdateBody) -> rows.Row | None:
    if body.user_id is None and body.user_email is not None:
        return find_by_email(call.db, body.user_email)
    return find_user(call.db, body.user_id)


def _changes(call: Call, body: UserUpdateBody) -> dict[str, Any]:
    """Return the columns to set; LiteLLM ignores nulls except for those that remove a limit."""
    changes = body.sent(*_PLAIN)
    for name in set(changes) - _CLEARED_BY_NULL:
        if changes[name] in (None, [], {}):
            del changes[name]
    if body.user_role is not None:
        changes["user_role"] = body.user_role.value
    if "budget_duration" in changes:
        changes["budget_reset_at"] = reset_at(call.now, body.budget_duration)
    return changes


def _leave_teams(call: Call, user_id: str) -> None:
    member = "SELECT teams.* FROM teams JOIN memberships USING (team_id) WHERE memberships.user_id = ?"
    for team in rows.select(call.db, member, [user_id]):
        left = [each for each in team["members_with_roles"] if each["user_id"] != user_id]
        rows.update(call.db, "teams", {"team_id": team["team_id"]}, {"members_with_roles": left})
    call.db.execute("DELETE FROM memberships WHERE user_id = ?", [user_id])
