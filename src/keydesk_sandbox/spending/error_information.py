"""The error of a refused call as LiteLLM writes it to its spend logs."""

import re
from typing import Any, Final

from keydesk_sandbox.errors import GatewayError, ProxyError

_CLASSES: Final = {
    "budget_exceeded": "BudgetExceededError",
    "throttling_error": "ProxyRateLimitError",
    "key_model_access_denied": "ModelAccessDeniedProxyException",
    "team_model_access_denied": "ModelAccessDeniedProxyException",
    "user_model_access_denied": "ModelAccessDeniedProxyException",
}
_BUDGETS: Final = (
    (re.compile(r"! (TeamMember=|User=\S+ in Team=)"), "team_member"),
    (re.compile(r"! Team="), "team"),
    (re.compile(r"! Key="), "key"),
    (re.compile(r"^ExceededBudget: User="), "user"),
)
_HASH: Final = re.compile(r"api_key: [0-9a-f]{64}\.?")


def error_information(error: GatewayError) -> dict[str, Any]:
    """Return `error_information` with the members that depend on the error."""
    kind = error.kind if isinstance(error, ProxyError) else ""
    text, limit = error.message, None
    if kind == "throttling_error":
        text, limit = f"litellm.RateLimitError: {_HASH.sub('REDACTED', text)}", _limit_of(text)
    elif kind == "budget_exceeded":
        limit = "budget"
    return {
        "error_code": str(error.status),
        "error_class": _CLASSES.get(kind, "ProxyException" if kind else "HTTPException"),
        "error_message": text,
        "error_rate_limit_type": limit,
        "error_budget_entity_type": _owner_of(text) if kind == "budget_exceeded" else None,
    }


def _limit_of(text: str) -> str | None:
    found = re.search(r"Limit type: (\w+)", text)
    return found[1] if found else None


def _owner_of(text: str) -> str | None:
    return next((owner for pattern, owner in _BUDGETS if pattern.search(text)), None)
