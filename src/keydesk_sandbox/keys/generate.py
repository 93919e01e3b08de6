"""`POST /key/generate`. It accepts what LiteLLM accepts, including unknown owners, teams and models."""

from datetime import datetime
from typing import Any

from keydesk_sandbox import clock
from keydesk_sandbox.bodies import KeyBody
from keydesk_sandbox.budget_rules import check_budget
from keydesk_sandbox.call import Call
from keydesk_sandbox.durations import BadDurationError, expiry
from keydesk_sandbox.errors import ProxyError, forbidden, refused
from keydesk_sandbox.keys.generated import generated
from keydesk_sandbox.keys.powers import check_own_powers
from keydesk_sandbox.keys.records import NewKey, add_key, check_alias, new_secret
from keydesk_sandbox.licence import check_groups_licensed, check_licensed
from keydesk_sandbox.masking import masked_key
from keydesk_sandbox.roles import ROUTES_OF
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.spending.windows import new_windows

_PLAIN = (
    "key_alias", "team_id", "max_budget", "budget_duration", "tpm_limit", "rpm_limit", "tpd_limit",
    "max_parallel_requests", "blocked",
)  # fmt: skip

_COLLECTIONS = ("models", "aliases", "config", "permissions", "allowed_cache_controls", "metadata")


_METADATA = ("guardrails", "policies", "prompts", "tags", "disable_global_guardrails")
"""Fields that LiteLLM moves into the metadata, where they are settings."""

_SHORTEST = 16


def generate_key(call: Call, body: KeyBody) -> dict[str, Any]:
    """Create a key; only the response contains the secret.

    A person's own key may create keys for that person only (403). An invalid `duration` is a 500, as observed.
    """
    user_id = _owner(call, body)
    check_own_powers(call, body)
    check_budget(body)
    if not call.gateway.config.enterprise:
        check_licensed(body)
        check_groups_licensed(body.models, call.gateway.catalogue)
    _check_service_account(body)
    body = body.model_copy(update={"metadata": _metadata(body), **dict.fromkeys(_METADATA)})
    expires = _expires(call.now, body.duration)
    check_alias(call.db, body.key_alias)
    secret = _secret(body)
    key = add_key(call.db, NewKey(secret, call.now, _columns(call, body, user_id, expires)))
    return generated(body, user_id=user_id, key=key, secret=secret, expires=expires)


def _secret(body: KeyBody) -> str:
    """Return the custom key, of which LiteLLM checks only the format, or a new one."""
    if body.key is None:
        return new_secret()
    if not body.key.startswith("sk-"):
        form = "LiteLLM Virtual Key must start with 'sk-'"
        raise refused(f"Invalid key format. {form}. Received: {masked_key(body.key)}")
    if len(body.key) < _SHORTEST:
        raise refused(
            f"Invalid key format. LiteLLM Virtual Key must be at least {_SHORTEST} characters long."
        )
    return body.key


def _owner(call: Call, body: KeyBody) -> str | None:
    """Return the requested owner of the key, or the caller."""
    if call.caller.is_admin:
        return body.user_id
    if body.user_id is not None and body.user_id != call.caller.user_id:
        own = call.caller.user_id
        raise forbidden(
            f"User can only create keys for themselves. Got user_id={body.user_id}, Your ID={own}"
        )
    return call.caller.user_id


def _check_service_account(body: KeyBody) -> None:
    """Raise for a service account's key, by its metadata, without a team."""
    if (body.metadata or {}).get("service_account_id") is not None and body.team_id is None:
        text = "team_id is required for service account keys. Please specify `team_id` in the request body."
        raise ProxyError(400, text, "invalid_request_error")


def _metadata(body: KeyBody) -> dict[str, Any]:
    settings = {name: getattr(body, name) for name in _METADATA if getattr(body, name) is not None}
    return {**(body.metadata or {}), **settings}


def _expires(now: datetime, duration: str | None) -> datetime | None:
    try:
        return None if duration is None else expiry(now, duration)
    except BadDurationError as error:
        raise ProxyError(500, str(error), "internal_server_error") from error


def _columns(call: Call, body: KeyBody, user_id: str | None, expires: datetime | None) -> dict[str, Any]:
    key_type = body.key_type.value if body.key_type else None
    by = call.caller.user_id
    return {
        **{name: getattr(body, name) for name in _PLAIN},
        **{name: getattr(body, name) for name in _COLLECTIONS if getattr(body, name)},
        "user_id": user_id,
        "spend": body.spend or 0.0,
        "expires": clock.stored(expires) if expires else None,
        "budget_reset_at": reset_at(call.now, body.budget_duration),
        "budget_windows": new_windows(call.now, body.budget_limits),
        "key_type": key_type,
        "allowed_routes": body.allowed_routes or ROUTES_OF.get(key_type or "", []),
        "created_by": by,
        "updated_by": by,
    }
