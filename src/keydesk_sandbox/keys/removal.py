"""`POST /key/delete`: moves keys from the live ones to the deleted ones."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox import clock, rows
from keydesk_sandbox.bodies import KeyNames
from keydesk_sandbox.call import MASTER_TOKEN, Call
from keydesk_sandbox.errors import ProxyError, forbidden, null_metadata, refused
from keydesk_sandbox.keys.records import find_key
from keydesk_sandbox.rows import Row


def delete_keys(call: Call, body: KeyNames) -> dict[str, Any]:
    """Delete keys by secret, hash or alias; 404 if none is known, 403 for keys of other people."""
    named = body.keys or body.key_aliases or []
    found = [_by_alias(call, name) if not body.keys else find_key(call.db, name) for name in named]
    keys = [key for key in found if key is not None]
    if not keys:
        raise refused("No keys found", 404)
    if not call.caller.is_admin and any(key["user_id"] != call.caller.user_id for key in keys):
        raise forbidden(str({"error": "You are not authorized to delete this key"}))
    remove_keys(call, keys)
    return {"deleted_keys": named}


def remove_keys(call: Call, keys: list[Row]) -> None:
    """Move keys to the deleted ones, with the actor and the time."""
    for key in keys:
        fresh = find_key(call.db, key["token"]) or key
        if fresh["metadata"] is None:
            text = null_metadata("LiteLLM_DeletedVerificationToken")
            raise ProxyError(500, text, "internal_server_error")
        record = {
            "id": str(uuid4()),
            "deleted_at": clock.stored(call.now),
            "deleted_by": call.caller.user_id,
            "deleted_by_api_key": MASTER_TOKEN if call.caller.key is None else call.caller.token,
        }
        rows.insert(call.db, "deleted_keys", record | fresh)
        call.db.execute("DELETE FROM keys WHERE token = ?", [key["token"]])


def _by_alias(call: Call, alias: str) -> Row | None:
    return rows.first(call.db, "SELECT * FROM keys WHERE key_alias = ?", [alias])
