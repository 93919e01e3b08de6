"""Budgets and model lists as LiteLLM enforces them before a model call: key, then team, then owner.

Invisible spend counts. A budget of 0 refuses the first call, except that of a team.
"""

from datetime import UTC, datetime
from typing import Final

from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.models.access import (
    TEAM_DENIED,
    check_key_models,
    check_owner_models,
    check_team_models,
    covers,
    denied,
)
from keydesk_sandbox.rows import Row
from keydesk_sandbox.teams.records import find_membership

_EXCEEDED: Final = "budget_exceeded"


def check_key(call: Call, name: str | None) -> None:
    """Raise 403 or 422 if the key's own models or budget do not allow the call."""
    key = call.caller.key
    if key is None:
        return
    if name is not None:
        check_key_models(call.caller, name, call.gateway.catalogue)
    spend = key["spend"] + call.gateway.ledger.pending("key", key["token"])
    budget = _raised_budget(call, key)
    if _is_over(spend, budget):
        shown = f"{key['key_alias'] or 'key'} ({key['key_name']})"
        raise _exceeded(f"Budget has been exceeded! Key={shown} Current cost: {spend}, Max budget: {budget}")
    for window in key["budget_windows"] or ():
        spent = window["spend"] + call.gateway.ledger.pending("key", key["token"])
        if _is_over(spent, window["max_budget"]):
            raise _exceeded(
                f"ExceededBudget: Key over {window['budget_duration']} budget. "
                f"Spend=${spent:.4f}, Limit=${window['max_budget']:.2f}"
            )


def check_team(call: Call, name: str | None) -> None:
    """Raise 403 or 422 if the team's models, the member's budget or the team's budget do not allow the call."""
    key, team = call.caller.key, call.caller.team
    if key is None or key["team_id"] is None:
        return
    if team is None:
        text = f"Team doesn't exist in db. Team={key['team_id']}. Create team via `/team/new` call."
        raise ProxyError(404, str({"error": text}), "auth_error")
    member = find_membership(call.db, team["team_id"], key["user_id"])
    if name is not None:
        check_team_models(call.caller, name, call.gateway.catalogue)
        own = member["allowed_models"] if member else []
        if not covers(own, name, call.gateway.catalogue):
            raise denied(name, TEAM_DENIED)
    _check_member_budget(call, team, member)
    spend = team["spend"] + call.gateway.ledger.pending("team", team["team_id"])
    if team["max_budget"] is not None and spend > team["max_budget"]:
        shown, budget = team["team_id"], team["max_budget"]
        raise _exceeded(f"Budget has been exceeded! Team={shown} Current cost: {spend}, Max budget: {budget}")


def check_owner(call: Call, name: str | None) -> None:
    """Raise 403 or 422 if the owner's models or budget do not allow the call. They do not apply to team keys."""
    key, user = call.caller.key, call.caller.user
    if key is None or user is None or key["team_id"] is not None:
        return
    if name is not None:
        check_owner_models(call.caller, name, call.gateway.catalogue)
    spend = user["spend"] + call.gateway.ledger.pending("user", user["user_id"])
    if _is_over(spend, user["max_budget"]):
        shown, budget = user["user_id"], user["max_budget"]
        raise _exceeded(f"ExceededBudget: User={shown} over budget. Spend={spend}, Budget={budget}")


def has_budget(call: Call) -> bool:
    """Return whether any budget applies; only then does LiteLLM count the prompt of a mock response."""
    caller = call.caller
    if any(
        each is not None and each["max_budget"] is not None for each in (caller.key, caller.user, caller.team)
    ):
        return True
    if caller.team is None or caller.user_id is None:
        return False
    member = find_membership(call.db, caller.team["team_id"], caller.user_id)
    return member is not None and member["max_budget"] is not None


def _check_member_budget(call: Call, team: Row, member: Row | None) -> None:
    if member is None:
        return
    user_id = member["user_id"]
    spend = member["spend"] + call.gateway.ledger.pending("member", team["team_id"], user_id)
    budget = member["max_budget"]
    if _is_over(spend, budget):
        team_id = team["team_id"]
        shown = f"TeamMember={user_id}:{team_id}" if budget else f"User={user_id} in Team={team_id}"
        raise _exceeded(f"Budget has been exceeded! {shown} Current cost: {spend}, Max budget: {budget}")


def _raised_budget(call: Call, key: Row) -> float | None:
    """Return a key's budget including the temporary increase in its metadata."""
    budget: float | None = key["max_budget"]
    settings = key["metadata"]
    increase, until = settings.get("temp_budget_increase"), settings.get("temp_budget_expiry")
    if budget is None or not isinstance(increase, int | float) or not isinstance(until, str):
        return budget
    try:
        expiry = datetime.fromisoformat(until)
    except ValueError:
        return budget
    expiry = expiry if expiry.tzinfo else expiry.replace(tzinfo=UTC)
    return budget + increase if call.now < expiry else budget


def _is_over(spend: float, budget: float | None) -> bool:
    return budget is not None and spend >= budget


def _exceeded(text: str) -> ProxyError:
    return ProxyError(422, text, _EXCEEDED)
