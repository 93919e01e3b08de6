"""`POST /key/update`, `/key/block` and `/key/unblock`. Null clears, metadata is replaced."""

import re
from typing import Any, Final

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import KeyName, KeyUpdateBody
from keydesk_sandbox.budget_rules import check_budget
from keydesk_sandbox.call import Call
from keydesk_sandbox.durations import BadDurationError, expiry
from keydesk_sandbox.errors import DetailError, ProxyError, refused
from keydesk_sandbox.keys.powers import check_may_update
from keydesk_sandbox.keys.records import check_alias, key_or_404
from keydesk_sandbox.keys.shapes import raw_key, token_key
from keydesk_sandbox.licence import check_groups_licensed, check_licensed
from keydesk_sandbox.rows import Row
from keydesk_sandbox.spending.resets import reset_at
from keydesk_sandbox.spending.windows import new_windows
from keydesk_sandbox.teams.records import find_team

_PLAIN: Final = (
    "key_alias", "user_id", "team_id", "max_budget", "budget_duration", "tpm_limit", "rpm_limit",
    "tpd_limit", "max_parallel_requests", "blocked", "spend", "models", "metadata", "aliases", "config",
    "permissions", "allowed_routes",
)  # fmt: skip

_NEVER_NULL: Final = {
    "models": [], "aliases": {}, "config": {}, "permissions": {}, "allowed_routes": [],
    "spend": 0.0,
}  # fmt: skip


_HASH: Final = re.compile(r"[0-9a-f]{64}")

_NULL_MODELS: Final = "`data.models`: A value is required but not set"


def update_key(call: Call, body: KeyUpdateBody) -> dict[str, Any]:
    """Update a key, including owner, spend and block, as LiteLLM allows."""
    check_budget(body)
    if not call.gateway.config.enterprise:
        check_licensed(body, status=400)
        check_groups_licensed(body.models, call.gateway.catalogue)
    key = _named(call, body)
    check_may_update(call, body, key)
    if body.team_id is not None and find_team(call.db, body.team_id) is None:
        name = body.team_id
        raise refused(f"Team doesn't exist in db. Team={name}. Create team via `/team/new` call.", 404)
    check_alias(call.db, body.key_alias, but=key["token"])
    changes = _changes(call, body)
    if "budget_limits" in body.model_fields_set:
        changes["budget_windows"] = new_windows(call.now, body.budget_limits, key["budget_windows"])
    rows.update(call.db, "keys", {"token": key["token"]}, changes)
    return {"key": body.key or key["token"], **raw_key(key_or_404(call.db, key["token"]), "+00:00")}


def block_key(call: Call, body: KeyName) -> dict[str, Any]:
    """Block a key from the next call on."""
    return token_key(_set_blocked(call, body, blocked=True), "Z")


def unblock_key(call: Call, body: KeyName) -> dict[str, Any]:
    """Unblock a key."""
    return raw_key(_set_blocked(call, body, blocked=False), "Z")


def _set_blocked(call: Call, body: KeyName, *, blocked: bool) -> Row:
    if not (body.key.startswith("sk-") or _HASH.fullmatch(body.key)):
        raise ProxyError(400, "Invalid key format.", "bad_request_error", "key")
    key = key_or_404(call.db, body.key)
    if not call.caller.is_admin:
        verb = "block" if blocked else "unblock"
        role, user_id = call.caller.role, call.caller.user_id
        raise DetailError(
            403,
            f"Only proxy admins, team admins, or org admins can call /key/{verb}. "
            f"user_role={role}, user_id={user_id}",
        )
    stamps = _stamps(call)
    rows.update(call.db, "keys", {"token": key["token"]}, {"blocked": blocked, **stamps})
    return key_or_404(call.db, key["token"])


def _named(call: Call, body: KeyUpdateBody) -> Row:
    """Return the key with this secret, hash or alias."""
    if body.key is not None:
        return key_or_404(call.db, body.key)
    key = rows.first(call.db, "SELECT * FROM keys WHERE key_alias = ?", [body.key_alias])
    if key is None:
        text = f"Key not found. No key with key_alias='{body.key_alias}'."
        raise ProxyError(404, text, "not_found_error", "key_alias")
    return key


def _changes(call: Call, body: KeyUpdateBody) -> dict[str, Any]:
    changes = body.sent(*_PLAIN)
    if changes.get("models", "") is None:
        raise ProxyError(400, _NULL_MODELS, "invalid_request_error")
    for name, empty in _NEVER_NULL.items():
        if name in changes and changes[name] is None:
            changes[name] = empty
    if "budget_duration" in changes:
        changes["budget_reset_at"] = reset_at(call.now, body.budget_duration)
    if "duration" in body.model_fields_set:
        changes["expires"] = _expires(call, body.duration)
    return changes | _stamps(call)


def _expires(call: Call, duration: str | None) -> str | None:
    """Return the stored expiry; null and `-1` mean never."""
    if duration is None or duration == "-1":
        return None
    try:
        return clock.stored(expiry(call.now, duration))
    except BadDurationError as error:
        raise ProxyError(400, str(error), "invalid_request_error") from error


def _stamps(call: Call) -> dict[str, Any]:
    at = clock.stored(call.now)
    return {"updated_at": at, "settings_updated_at": at, "updated_by": call.caller.user_id}
