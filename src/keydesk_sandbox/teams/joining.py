"""Adds and removes members: the team's list, the membership and the account together."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import Member
from keydesk_sandbox.call import Call
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.teams.records import find_membership, find_team
from keydesk_sandbox.users.records import add_user, find_by_email, find_user

Json = dict[str, Any]


def join(call: Call, team_id: str, member: Member) -> Row:
    """Add a member, creating the user if necessary; return the user as it was before, if it existed.

    LiteLLM prints known users without the new team, and new ones with it.
    """
    user = find_user(call.db, member.user_id)
    if user is None and member.user_id is None and member.user_email is not None:
        user = find_by_email(call.db, member.user_email)
    if user is None:
        user = _create(call, team_id, member)
    elif team_id not in user["teams"]:
        changes = {"teams": [*user["teams"], team_id], "updated_at": clock.stored(call.now)}
        rows.update(call.db, "users", {"user_id": user["user_id"]}, changes)
    team = find_team(call.db, team_id)
    listed = [] if team is None else team["members_with_roles"]
    entry = {"user_id": user["user_id"], "user_email": user["user_email"], "role": member.role}
    rows.update(call.db, "teams", {"team_id": team_id}, {"members_with_roles": [*listed, entry]})
    if find_membership(call.db, team_id, user["user_id"]) is None:
        rows.insert(call.db, "memberships", {"team_id": team_id, "user_id": user["user_id"]})
    return {**user, "updated_at": clock.stored(call.now)}


def join_with_budget(call: Call, team_id: str, member: Member, sent: Json) -> Row:
    """Add a member with the given budget fields."""
    user = join(call, team_id, member)
    set_member_budget(call, team_id, user["user_id"], sent)
    return user


def forget_team(call: Call, team_id: str) -> None:
    """Remove a team from all accounts."""
    for member in rows.select(call.db, "SELECT user_id FROM memberships WHERE team_id = ?", [team_id]):
        drop_from_user(call, member["user_id"], team_id)
    call.db.execute("DELETE FROM memberships WHERE team_id = ?", [team_id])


def set_member_budget(call: Call, team_id: str, user_id: str, sent: Json) -> None:
    """Give a membership its own budget, if any field of one was sent."""
    if not any(value is not None for value in sent.values()):
        return
    member = find_membership(call.db, team_id, user_id)
    if member is None:
        rows.insert(call.db, "memberships", {"team_id": team_id, "user_id": user_id})
    changes = {
        ("max_budget" if name == "max_budget_in_team" else name): value for name, value in sent.items()
    }
    if changes.get("allowed_models", "") is None:
        del changes["allowed_models"]
    if "budget_duration" in changes:
        changes["budget_reset_at"] = reset_at(call.now, changes["budget_duration"])
    if member is None or member["budget_id"] is None:
        changes |= {"budget_id": str(uuid4()), "budget_created_at": clock.stored(call.now)}
    rows.update(call.db, "memberships", {"team_id": team_id, "user_id": user_id}, changes)


def drop_from_user(call: Call, user_id: str, team_id: str) -> None:
    """Remove a team from an account, if the account exists."""
    user = find_user(call.db, user_id)
    if user is not None:
        left = [team for team in user["teams"] if team != team_id]
        rows.update(call.db, "users", {"user_id": user_id}, {"teams": left})


def _create(call: Call, team_id: str, member: Member) -> Row:
    values = {
        "user_id": member.user_id or str(uuid4()),
        "user_email": member.user_email,
        "user_role": "internal_user",
        "teams": [team_id],
    }
    return add_user(call.db, call.now, values)
