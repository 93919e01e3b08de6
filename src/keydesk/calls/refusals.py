"""What stopped a failed call, from the error in LiteLLM's spend log. Pure.

LiteLLM 1.110 names the owner of a budget and the kind of a rate limit; the texts are for releases that do not. They
are LiteLLM's own (`auth_checks.py`, `parallel_request_limiter_v3.py`), observed on 1.84.0, 1.109.1 and 1.110.2.
"""

import re
from collections.abc import Mapping

from keydesk.calls.models import Refusal
from keydesk.kit.messages import Message, message
from keydesk.litellm import CallError

_MAX_TEXT = 500
_BUDGETS: Mapping[str, Refusal] = {
    "key": Refusal.KEY_BUDGET,
    "user": Refusal.PERSON_BUDGET,
    "team": Refusal.TEAM_BUDGET,
    "team_member": Refusal.MEMBER_BUDGET,
    "provider": Refusal.PROVIDER_BUDGET,
    "proxy": Refusal.GATEWAY_BUDGET,
}
"""By the member `error_budget_entity_type`, which is a `Litellm_EntityType`."""
_TEXTS: tuple[tuple[re.Pattern[str], Refusal], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), refusal)
    for pattern, refusal in (
        (r"budget has been exceeded! (TeamMember=|User=\S+ in Team=)", Refusal.MEMBER_BUDGET),
        (r"budget has been exceeded! Team=|ExceededBudget: Team=", Refusal.TEAM_BUDGET),
        # LiteLLM 1.84 does not name the key.
        (r"budget has been exceeded! (Key=|Current cost)|ExceededBudget: Key ", Refusal.KEY_BUDGET),
        (r"ExceededBudget: User=", Refusal.PERSON_BUDGET),
        (r"exceeded budget for provider", Refusal.PROVIDER_BUDGET),
        (r"(budget has been exceeded|ExceededBudget|exceeded .*budget)", Refusal.OTHER_BUDGET),
        (r"limit type: max_parallel_requests", Refusal.PARALLEL_REQUESTS),
        (r"rate limit exceeded for team_member:", Refusal.MEMBER_RATE_LIMIT),
        (r"rate limit exceeded for model_per_", Refusal.MODEL_RATE_LIMIT),
        (r"rate limit exceeded for (api_key:|REDACTED)", Refusal.KEY_RATE_LIMIT),
        (r"rate limit exceeded for user:", Refusal.PERSON_RATE_LIMIT),
        (r"rate limit exceeded for team:", Refusal.TEAM_RATE_LIMIT),
        (r"expired key", Refusal.KEY_EXPIRED),
        (r"key is blocked", Refusal.KEY_BLOCKED),
        (r"team=\S+ is blocked", Refusal.TEAM_BLOCKED),
        (r"requested model .* is not available|not allowed to access model", Refusal.MODEL_NOT_ALLOWED),
        (r"invalid model name passed", Refusal.UNKNOWN_MODEL),
        (r"not allowed to (call|access) this (route|user)", Refusal.ROUTE_NOT_ALLOWED),
        (r"rate limit exceeded", Refusal.RATE_LIMIT),
    )
)
_WORDS: Mapping[Refusal, Message] = {
    Refusal.KEY_BUDGET: message("The budget of the key was used up."),
    Refusal.PERSON_BUDGET: message("The personal budget was used up."),
    Refusal.TEAM_BUDGET: message("The budget of the team was used up."),
    Refusal.MEMBER_BUDGET: message("The budget of this person in the team was used up."),
    Refusal.PROVIDER_BUDGET: message("The gateway's budget for the provider of this model was used up."),
    Refusal.GATEWAY_BUDGET: message("The budget of the whole gateway was used up."),
    Refusal.OTHER_BUDGET: message("A budget in LiteLLM was used up."),
    Refusal.KEY_RATE_LIMIT: message("The key made too many requests or used too many tokens in a minute."),
    Refusal.PERSON_RATE_LIMIT: message(
        "The person made too many requests or used too many tokens in a minute."
    ),
    Refusal.TEAM_RATE_LIMIT: message("The team made too many requests or used too many tokens in a minute."),
    Refusal.MEMBER_RATE_LIMIT: message(
        "The person made too many requests or used too many tokens in the team in a minute."
    ),
    Refusal.MODEL_RATE_LIMIT: message("The rate limit for this model was reached."),
    Refusal.RATE_LIMIT: message("A rate limit was reached, in LiteLLM or at the provider of the model."),
    Refusal.PARALLEL_REQUESTS: message("Too many requests ran at the same time."),
    Refusal.MODEL_NOT_ALLOWED: message("The key, its team or its owner may not use this model."),
    Refusal.UNKNOWN_MODEL: message("The gateway has no model with this name."),
    Refusal.ROUTE_NOT_ALLOWED: message("The key may not call this address of the gateway."),
    Refusal.KEY_EXPIRED: message("The key had expired."),
    Refusal.KEY_BLOCKED: message("The key was blocked."),
    Refusal.TEAM_BLOCKED: message("The team of the key was blocked."),
    Refusal.OTHER: message("The call failed in LiteLLM or at the provider of the model."),
}
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")


def refusal_of(error: CallError | None) -> Refusal:
    """Return what stopped the call."""
    if error is None:
        return Refusal.OTHER
    if error.budget_of is not None and error.budget_of in _BUDGETS:
        return _BUDGETS[error.budget_of]
    text = (error.text or "")[:_MAX_TEXT]
    by_text = next((refusal for pattern, refusal in _TEXTS if pattern.search(text)), None)
    if by_text is not None:
        return by_text
    if error.rate_limit is not None or str(error.code) == "429":
        return Refusal.OTHER_BUDGET if error.rate_limit == "budget" else Refusal.RATE_LIMIT
    return Refusal.OTHER


def words_of(refusal: Refusal) -> Message:
    """Return the reason in words."""
    return _WORDS[refusal]


def class_of(error: CallError | None) -> str | None:
    """Return LiteLLM's name for the kind of error, or None if it is not a name."""
    kind = error.kind if error else None
    return kind if kind and _CLASS.fullmatch(kind) else None
