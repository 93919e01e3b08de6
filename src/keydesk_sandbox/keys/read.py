"""`GET /key/info` and `/key/aliases`."""

from typing import Any

from keydesk_sandbox import clock, query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError, forbidden
from keydesk_sandbox.keys.records import find_deleted, find_key
from keydesk_sandbox.keys.shapes import deleted_key, raw_key, without_token
from keydesk_sandbox.paging import Page
from keydesk_sandbox.rows import Row

Json = dict[str, Any]


def get_key_info(call: Call) -> Json:
    """Return `/key/info`: the requested key, or the caller's own. Deleted keys are found and marked."""
    name = call.query.get("key") or call.caller.token
    key = find_key(call.db, name)
    deleted = None if key else find_deleted(call.db, name)
    found = key or deleted
    if found is None:
        raise ProxyError(404, "Key not found in database", "not_found_error", "key")
    if not call.caller.is_admin and found["user_id"] != call.caller.user_id:
        role = call.caller.role or "internal_user"
        raise forbidden(f"You are not allowed to access this key's info. Your role={role}")
    if key is not None:
        return {"key": name, "info": without_token(raw_key(key, "+00:00")) | {"status": _status(call, key)}}
    return {"key": name, "info": _deleted_info(found)}


def list_aliases(call: Call) -> Json:
    """Return `/key/aliases`, sorted; people see those of their own keys."""
    page = Page(query.integer(call.query, "page", 1), query.integer(call.query, "size", 50, maximum=100))
    condition, values = "key_alias IS NOT NULL", list[Any]()
    if not call.caller.is_admin:
        condition += " AND user_id = ?"
        values.append(call.caller.user_id)
    if search := call.query.get("search"):
        condition += " AND instr(lower(key_alias), lower(?)) > 0"
        values.append(search)
    total = rows.count(call.db, f"SELECT count(*) FROM keys WHERE {condition}", values)  # noqa: S608 - our own text
    statement = f"SELECT key_alias FROM keys WHERE {condition} ORDER BY key_alias LIMIT ? OFFSET ?"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, [*values, page.size, page.offset])
    return {
        "aliases": [row["key_alias"] for row in found],
        "total_count": total,
        "current_page": page.number,
        "total_pages": page.pages(total),
        "size": page.size,
    }


def _status(call: Call, key: Row) -> str:
    if key["blocked"]:
        return "revoked"
    expired = key["expires"] is not None and clock.parsed(key["expires"]) < call.now
    return "expired" if expired else "active"


def _deleted_info(key: Row) -> Json:
    return {**without_token(deleted_key(key, "+00:00")), "status": "deleted"}
