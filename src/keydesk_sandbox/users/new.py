"""`POST /user/new`: an account, and by default a key for it."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox.bodies import Member, NewUserTeam, UserBody
from keydesk_sandbox.budget_rules import check_duration
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import refused
from keydesk_sandbox.keys.generated import generated
from keydesk_sandbox.keys.records import NewKey, add_key, new_secret
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.teams.joining import join_with_budget
from keydesk_sandbox.teams.records import find_team
from keydesk_sandbox.users.records import add_user, find_by_email, find_user


def new_user(call: Call, body: UserBody) -> dict[str, Any]:
    """Create a user.

    Id and email are unique (409). Without `user_role` the role stays null. `auto_create_key` is true by default and
    creates a key without owner limits, exactly as LiteLLM does.
    """
    user_id = body.user_id or str(uuid4())
    _check_free(call, user_id, body.user_email)
    check_duration(body.budget_duration)
    user = add_user(call.db, call.now, _columns(call, body, user_id))
    joined = _join_teams(call, body, user_id)
    answer = generated(body, user_id=user_id)
    if body.auto_create_key:
        answer |= _own_key(call, body, user_id)
    return answer | {
        "user_email": user["user_email"],
        "user_role": user["user_role"],
        "teams": None if body.teams is None else joined,
        "user_alias": user["user_alias"],
    }


def _check_free(call: Call, user_id: str, email: str | None) -> None:
    if find_user(call.db, user_id) is not None:
        raise refused(f"User with id {user_id} already exists", 409)
    holder = None if email is None else find_by_email(call.db, email)
    if holder is not None:
        raise refused(f"User with email {holder['user_email']} already exists", 409)


def _columns(call: Call, body: UserBody, user_id: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "user_email": body.user_email,
        "user_alias": body.user_alias,
        "user_role": body.user_role.value if body.user_role else None,
        "sso_user_id": body.sso_user_id,
        "models": body.models or [],
        "metadata": body.metadata or {},
        "max_budget": body.max_budget,
        "budget_duration": body.budget_duration,
        "budget_reset_at": reset_at(call.now, body.budget_duration),
        "tpm_limit": body.tpm_limit,
        "rpm_limit": body.rpm_limit,
        "max_parallel_requests": body.max_parallel_requests,
        "spend": body.spend or 0.0,
    }


def _join_teams(call: Call, body: UserBody, user_id: str) -> list[str]:
    """Add the user to the requested teams that exist; return their ids."""
    joined = []
    for entry in body.teams or []:
        named = NewUserTeam(team_id=entry) if isinstance(entry, str) else entry
        if find_team(call.db, named.team_id) is not None:
            member = Member(role=named.user_role, user_id=user_id)
            join_with_budget(call, named.team_id, member, named.sent("max_budget_in_team"))
            joined.append(named.team_id)
    return joined


def _own_key(call: Call, body: UserBody, user_id: str) -> dict[str, Any]:
    """Create the automatic key and return its fields of the response."""
    inherited = {name: getattr(body, name) for name in ("key_alias", "tpm_limit", "rpm_limit")}
    columns = {**inherited, "user_id": user_id, "models": body.models or [], "metadata": body.metadata or {}}
    new = NewKey(secret=new_secret(), now=call.now, columns=columns)
    key = add_key(call.db, new)
    return generated(body, user_id=user_id, key=key, secret=new.secret) | dict.fromkeys(
        ("token", "token_id", "created_by", "updated_by", "key_type")
    )
