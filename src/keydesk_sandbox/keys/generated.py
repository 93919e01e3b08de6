"""The response of `/key/generate` and `/user/new`: the request, with the secret once."""

from datetime import datetime
from typing import Any, Final

from keydesk_sandbox import clock
from keydesk_sandbox.bodies import Limits
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.windows import shown
from keydesk_sandbox.words import words

Json = dict[str, Any]

_ECHOED: Final[Json] = {
    "key_alias": None, "models": [], "user_id": None, "team_id": None, "agent_id": None,
    "max_budget": None, "max_parallel_requests": None, "metadata": {}, "tpm_limit": None, "rpm_limit": None,
    "budget_duration": None, "allowed_cache_controls": [], "config": {},
    "permissions": {}, "model_rpm_limit": None, "model_tpm_limit": None, "mcp_rpm_limit": None,
    "tag_rpm_limit": None, "guardrails": None, "policies": None, "prompts": None, "blocked": None,
    "aliases": {}, "object_permission": None, "tpd_limit": None, "default_estimated_output_tokens": None,
    "default_estimated_output_tokens_per_model": None, "budget_id": None, "end_user_budget_id": None,
    "tags": None, "disable_global_guardrails": None, "enable_prompt_caching": None,
    "throttle_on_budget_exceeded": None, "enforced_params": None, "allowed_routes": [],
    "allowed_passthrough_routes": None, "denied_passthrough_routes": None,
    "allowed_vector_store_indexes": None, "rpm_limit_type": None, "tpm_limit_type": None,
    "organization_id": None, "project_id": None,
}  # fmt: skip

_WITHOUT_KEY: Final[Json] = {
    "key": "", "model_max_budget": None, "budget_fallbacks": None, "router_settings": None,
    "access_group_ids": None, "key_name": None, "key_type": None, "expires": None, "token_id": None,
    "token": None, "litellm_budget_table": None, "created_by": None, "updated_by": None, "created_at": None,
    "updated_at": None,
}  # fmt: skip

_ROUTER: Final = words(
    """
    routing_strategy_args routing_strategy routing_groups retry_policy model_group_retry_policy
    model_group_affinity_config allowed_fails cooldown_time num_retries timeout max_retries
    retry_after fallbacks context_window_fallbacks content_policy_fallbacks enable_tag_filtering
    weights tag_routing_prefix optional_pre_call_checks fallback_on_unsupported_params
    """
)


def generated(
    body: Limits,
    *,
    user_id: str | None,
    key: Row | None = None,
    secret: str = "",
    expires: datetime | None = None,
) -> Json:
    """Return the response for a body; without a key row if `auto_create_key` is false.

    `duration` is always null in it and `spend` a float. `expires` has microseconds here, although only milliseconds
    are stored.
    """
    echoed = {name: _value(body, name, default) for name, default in _ECHOED.items()}
    answer = {**echoed, "duration": None, "spend": getattr(body, "spend", None) or 0.0, "user_id": user_id}
    if key is None:
        return {**answer, **_WITHOUT_KEY, "budget_limits": None}
    return {
        **answer,
        **_key_members(key),
        "budget_limits": shown(key),
        "key": secret,
        "expires": expires.isoformat().replace("+00:00", "Z") if expires else None,
    }


def _key_members(key: Row) -> Json:
    names = ("key_alias", "team_id", "key_name", "key_type", "allowed_routes", "created_by", "updated_by")
    return {
        **{name: key[name] for name in names},
        "model_max_budget": {},
        "budget_fallbacks": {},
        "router_settings": {**dict.fromkeys(_ROUTER), "model_group_alias": {}},
        "access_group_ids": [],
        "token": key["token"],
        "token_id": key["token"],
        "litellm_budget_table": None,
        "created_at": clock.zulu(key["created_at"]),
        "updated_at": clock.zulu(key["updated_at"]),
    }


def _value(body: Limits, name: str, default: Any) -> Any:
    value = getattr(body, name, None)
    return default if value is None else value
