"""LiteLLM's formats of a user on its different routes. Uses rows only, not the database."""

from typing import Any, Final

from keydesk_sandbox import clock
from keydesk_sandbox.rows import Row

Json = dict[str, Any]


_STORED: Final = (
    "user_id", "user_alias", "sso_user_id", "object_permission_id", "teams", "user_role", "max_budget",
    "spend", "user_email", "models", "metadata", "max_parallel_requests", "tpm_limit", "rpm_limit",
    "budget_duration", "allowed_cache_controls",
)  # fmt: skip

_ABSENT: Final = (
    "team_id", "organization_id", "password_reset_required", "last_breach_check_at",
    "organization_memberships", "object_permission",
)  # fmt: skip


def listed_user(user: Row) -> Json:
    """Return a user as `/user/list` and `/team/member_add` print it."""
    return {
        **{name: user[name] for name in _STORED},
        **dict.fromkeys(_ABSENT),
        "budget_reset_at": clock.zulu(user["budget_reset_at"]),
        "policies": [],
        "model_spend": {},
        "model_max_budget": {},
        "created_at": clock.zulu(user["created_at"]),
        "updated_at": clock.zulu(user["updated_at"]),
    }


def whole_user(user: Row) -> Json:
    """Return a user as `/user/update` prints it."""
    invitations = dict.fromkeys(("invitations_created", "invitations_updated", "invitations_user"))
    return {
        "verified_subjects": None,
        **listed_user(user),
        "litellm_organization_table": None,
        **invitations,
    }


def user_info(user: Row) -> Json:
    """Return `user_info` of `GET /user/info`."""
    return {**whole_user(user), "organization_memberships": [], "model_max_budget_usage": {}}


def v2_user(user: Row) -> Json:
    """Return the response of `GET /v2/user/info`: the user alone, without keys."""
    names = (
        "user_id", "user_email", "user_alias", "user_role", "spend", "max_budget", "tpm_limit", "rpm_limit",
        "models", "budget_duration",
    )  # fmt: skip
    return {
        **{name: user[name] for name in names},
        "budget_reset_at": clock.zulu(user["budget_reset_at"]),
        "metadata": user["metadata"],
        "created_at": clock.zulu(user["created_at"]),
        "updated_at": clock.zulu(user["updated_at"]),
        "sso_user_id": user["sso_user_id"],
        "teams": user["teams"],
        "object_permission": None,
        "model_max_budget": {},
        "model_max_budget_usage": {},
    }
