"""`GET /key/list`: filtered, sorted, paged; only hashes by default."""

from typing import Any, Final

from keydesk_sandbox import clock, query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError, refused
from keydesk_sandbox.keys.shapes import deleted_key, full_key
from keydesk_sandbox.paging import Page
from keydesk_sandbox.rows import Row
from keydesk_sandbox.teams.records import find_membership

_SORTABLE: Final = (
    "spend", "max_budget", "created_at", "updated_at", "token", "key_alias", "expires", "last_active",
    "budget_reset_at", "total_spend", "tpm_limit", "rpm_limit",
)  # fmt: skip

_STATUSES: Final = {
    "active": "coalesce(blocked, 0) = 0 AND (expires IS NULL OR expires >= :now)",
    "expired": "expires < :now",
    "revoked": "blocked = 1",
    "deleted": "1 = 1",
}


def list_keys(call: Call) -> dict[str, Any]:
    """Return `/key/list`: at most 100 per page, newest first. People see their own keys."""
    page = Page(query.integer(call.query, "page", 1), query.integer(call.query, "size", 10, maximum=100))
    full = query.flag(call.query, "return_full_object")
    order = _order(call)
    table, condition, values = _selection(call)
    total = rows.count(call.db, f"SELECT count(*) FROM {table} WHERE {condition}", values)  # noqa: S608 - our own text
    statement = f"SELECT * FROM {table} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, [*values, page.size, page.offset])
    return {
        "keys": [_printed(key) if full else key["token"] for key in found],
        "total_count": total,
        "current_page": page.number,
        "total_pages": page.pages(total),
    }


def _printed(key: Row) -> dict[str, Any]:
    return deleted_key(key, "Z") if "deleted_at" in key else full_key(key)


def _selection(call: Call) -> tuple[str, str, list[Any]]:
    parts, values = ["1 = 1"], list[Any]()
    for name, value in _equalities(call).items():
        parts.append(f"{name} = ?")
        values.append(value)
    if alias := call.query.get("key_alias"):
        exact = not query.flag(call.query, "substring_matching")
        parts.append("key_alias = ?" if exact else "instr(lower(key_alias), lower(?)) > 0")
        values.append(alias)
    status = call.query.get("status")
    if status is not None:
        if status not in _STATUSES:
            raise refused("Invalid status value. Supported: 'active', 'expired', 'revoked', 'deleted'.")
        condition = _STATUSES[status]
        parts.append(condition.replace(":now", "?"))
        values += [clock.stored(call.now)] * condition.count(":now")
    return "deleted_keys" if status == "deleted" else "keys", " AND ".join(parts), values


def _equalities(call: Call) -> dict[str, str]:
    asked = {name: call.query.get(name) for name in ("user_id", "team_id", "organization_id")}
    asked["token"] = call.query.get("key_hash")
    if not call.caller.is_admin:
        asked["user_id"] = _own_user(call)
        team_id = asked["team_id"]
        if team_id is not None and find_membership(call.db, team_id, asked["user_id"]) is None:
            text = "You are not authorized to check this team's keys"
            raise ProxyError(403, text, "bad_request_error", "team_id")
    return {name: value for name, value in asked.items() if value is not None}


def _own_user(call: Call) -> str:
    """Return the caller's user id, or raise if keys of another person are requested."""
    own, asked = call.caller.user_id, call.query.get("user_id")
    if own is None:
        text = "You are not authorized to access this endpoint. No 'user_id' is associated with your API key."
        raise ProxyError(403, text, "bad_request_error", "user_id")
    if asked is not None and asked != own:
        text = "You are not authorized to check another user's keys"
        raise ProxyError(403, text, "bad_request_error", "user_id")
    return own


def _order(call: Call) -> str:
    column, direction = call.query.get("sort_by"), call.query.get("sort_order", "desc").lower()
    if column is not None and column not in _SORTABLE:
        raise refused(f"Invalid sort column. Must be one of: {', '.join(_SORTABLE)}")
    if direction not in {"asc", "desc"}:
        raise refused("Invalid sort order. Must be 'asc' or 'desc'")
    return f"{column or 'created_at'} {direction}, rowid {direction}"
