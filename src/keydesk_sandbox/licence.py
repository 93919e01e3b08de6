"""Fields of key and team bodies that need LiteLLM Enterprise, refused with LiteLLM's messages."""

from typing import Final

from keydesk_sandbox.bodies import KeyBody, TeamBody, TeamUpdateBody
from keydesk_sandbox.errors import ENTERPRISE, ProxyError
from keydesk_sandbox.models.catalogue import Catalogue

_PREMIUM: Final = (
    "guardrails", "policies", "prompts", "tags", "disable_global_guardrails", "allowed_passthrough_routes",
)  # fmt: skip


def check_team_licensed(body: TeamBody) -> None:
    """Raise 403 for a team's premium fields; only on creation, as the message says."""
    for name in ("guardrails", "tags", "policies", "prompts"):
        if getattr(body, name):
            which = "" if isinstance(body, TeamUpdateBody) else f": {name}"
            raise _premium(f"This feature is only available for LiteLLM Enterprise users{which}.")
    if body.model_max_budget:
        raise _premium("Setting model_max_budget on a team is an enterprise feature.")


def check_groups_licensed(models: list[str] | None, catalogue: Catalogue) -> None:
    """Raise 403 for an access group of a key that a wildcard matches. Lists of teams are not checked."""
    if any(catalogue.needs_licence(name) for name in models or ()):
        text = (
            "Setting a model access group on a wildcard model is only available for LiteLLM Enterprise users."
        )
        raise ProxyError(403, str({"error": text + ENTERPRISE}), "auth_error")


def check_licensed(body: KeyBody, status: int = 500) -> None:
    """Raise 403 for the first premium field sent, `status` for `model_max_budget`."""
    for name in _PREMIUM:
        if getattr(body, name):
            raise _premium(f"This feature is only available for LiteLLM Enterprise users: {name}.")
    if body.model_max_budget:
        text = (
            "Invalid model_max_budget: You must have an enterprise license to set model_max_budget. "
            f"{ENTERPRISE}. Example of valid model_max_budget: https://docs.litellm.ai/docs/proxy/users"
        )
        kind = "internal_server_error" if status == 500 else "invalid_request_error"  # noqa: PLR2004
        raise ProxyError(status, text, kind)


def _premium(text: str) -> ProxyError:
    return ProxyError(403, str({"error": f"{text} {ENTERPRISE}"}), "auth_error")
