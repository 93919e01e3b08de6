"""LiteLLM's formats of a key: the stored row, the token object, and the full object of `/key/list`."""

from typing import Any, Final

from keydesk_sandbox import clock
from keydesk_sandbox.errors import ProxyError, null_metadata
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.windows import shown
from keydesk_sandbox.words import words

Json = dict[str, Any]

_MOMENTS: Final = (
    "expires", "budget_reset_at", "created_at", "updated_at", "settings_updated_at", "last_active",
)  # fmt: skip

_STORED: Final = (
    "token", "key_name", "key_alias", "spend", "total_spend", "models", "aliases", "config", "user_id",
    "team_id", "agent_id", "project_id", "permissions", "max_parallel_requests", "metadata", "blocked",
    "tpm_limit", "rpm_limit", "tpd_limit", "max_budget", "budget_duration", "allowed_cache_controls",
    "allowed_routes", "key_type", "budget_id", "object_permission_id", "created_by", "updated_by",
)  # fmt: skip

_SETTLED: Final[Json] = {
    "soft_budget_cooldown": False, "access_group_ids": [], "model_spend": {}, "model_max_budget": {},
    "budget_fallbacks": {}, "router_settings": {}, "rotation_count": 0, "auto_rotate": False,
    "rotation_interval": None, "last_rotation_at": None, "key_rotation_at": None,
    "litellm_budget_table": None, "object_permission": None,
}  # fmt: skip

_LISTED: Final = words(
    """
    team_spend team_alias team_tpm_limit team_rpm_limit team_tpd_limit team_max_budget
    team_soft_budget team_model_max_budget soft_budget team_model_aliases team_member team_metadata
    team_object_permission_id team_member_spend team_member_tpm_limit team_member_rpm_limit
    end_user_id end_user_tpm_limit end_user_rpm_limit end_user_tpd_limit end_user_max_budget
    end_user_model_max_budget organization_alias organization_max_budget organization_tpm_limit
    organization_rpm_limit organization_metadata project_alias project_metadata last_refreshed_at
    api_key user_role allowed_model_region parent_otel_span rpm_limit_per_model tpm_limit_per_model
    user_tpm_limit user_rpm_limit user_email user_spend user_max_budget user_model_max_budget
    request_route user created_by_user end_user_object_permission team_object_permission jwt_claims
    """
)


def raw_key(key: Row, zone: str) -> Json:
    """Return the stored row as `/key/info`, `/key/update` (`+00:00`) and `/user/info` (`Z`) print it."""
    return {
        **_common(key, zone),
        "policies": [],
        "organization_id": key["organization_id"],
        "litellm_organization_table": None,
        "litellm_project_table": None,
        "jwt_key_mappings": None,
    }


def token_key(key: Row, zone: str) -> Json:
    """Return the token object of `/key/block` and deleted keys, with `org_id`.

    A key with null metadata breaks it: LiteLLM returns 500, for whole lists too.
    """
    if key["metadata"] is None:
        raise ProxyError(500, null_metadata("UserAPIKeyAuth"), "internal_server_error")
    return {**_common(key, zone), "org_id": key["organization_id"]}


def full_key(key: Row) -> Json:
    """Return a key of `/key/list?return_full_object=true`: the token object and many nulls."""
    extra: Json = {"team_models": [], "team_blocked": False, "is_session_token": False}
    return {**token_key(key, "Z"), **dict.fromkeys(_LISTED), **extra}


def deleted_key(key: Row, zone: str) -> Json:
    """Return a deleted key: its token object, with the actor and time of the deletion."""
    return {
        **token_key(key, zone),
        "id": key["id"],
        "organization_id": key["organization_id"],
        "deleted_at": _moment(key["deleted_at"], zone),
        "deleted_by": key["deleted_by"],
        "deleted_by_api_key": key["deleted_by_api_key"],
        "litellm_changed_by": None,
    }


def without_token(key: Json) -> Json:
    """Return the key without its hash, as `/key/info` prints it."""
    return {name: value for name, value in key.items() if name != "token"}


def _common(key: Row, zone: str) -> Json:
    return {
        **{name: key[name] for name in _STORED},
        **_SETTLED,
        "budget_limits": shown(key),
        **{name: _moment(key[name], zone) for name in _MOMENTS},
    }


def _moment(text: str | None, zone: str) -> str | None:
    bare = clock.bare(text)
    return None if bare is None else bare + zone
