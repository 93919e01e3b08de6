"""`POST /key/{key}/reset_spend` for the master key, and `/key/regenerate`, which needs a license."""

from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import RegenerateBody, ResetSpend
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ENTERPRISE, DetailError, ProxyError
from keydesk_sandbox.keys.records import find_key


def reset_spend(call: Call, body: ResetSpend) -> dict[str, Any]:
    """Set a key's spend to an amount not above the current one; `total_spend` stays."""
    if not call.caller.is_admin:
        raise DetailError(403, "You must be a proxy admin or team admin to reset key spend")
    name = call.request.path_params["key"]
    key = find_key(call.db, name)
    if key is None:
        raise DetailError(404, f"Key {name} not found.")
    if body.reset_to < 0:
        raise DetailError(400, "reset_to must be >= 0")
    if body.reset_to > key["spend"]:
        raise DetailError(400, f"reset_to ({body.reset_to}) must be <= current spend ({key['spend']})")
    changes = {"spend": body.reset_to, "updated_at": clock.stored(call.now)}
    rows.update(call.db, "keys", {"token": key["token"]}, changes)
    return {
        "key_hash": key["token"],
        "spend": body.reset_to,
        "previous_spend": key["spend"],
        "max_budget": key["max_budget"],
        "budget_reset_at": clock.zulu(key["budget_reset_at"]),
    }


def regenerate_key(call: Call, body: RegenerateBody) -> dict[str, Any]:
    """Refuse to rotate a key: LiteLLM returns 500 without a license. Rotation is not simulated."""
    del body
    if call.gateway.config.enterprise:
        raise ProxyError(501, "The sandbox does not rotate keys", "not_implemented")
    text = f"Regenerating Virtual Keys is an Enterprise feature, {ENTERPRISE}"
    raise ProxyError(500, text, "internal_server_error")
