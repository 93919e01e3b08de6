"""`GET /user/info`, `/v2/user/info` and `/user/list`."""

from typing import Any, Final

from keydesk_sandbox import query, rows
from keydesk_sandbox.call import MASTER_USER, Call
from keydesk_sandbox.errors import DetailError, ProxyError, forbidden
from keydesk_sandbox.keys.shapes import raw_key, token_key
from keydesk_sandbox.paging import Page
from keydesk_sandbox.spending.failures import Target, record_failure
from keydesk_sandbox.teams.read import teams_of
from keydesk_sandbox.users.records import find_user
from keydesk_sandbox.users.shapes import listed_user, user_info, v2_user

Json = dict[str, Any]

_SORTABLE: Final = {"user_id", "user_email", "created_at", "spend", "user_alias", "user_role"}


def get_user_info(call: Call) -> Json:
    """Return `/user/info`: the user, all their keys without pages, their teams.

    Without `user_id` the master key gets its own pseudo user, with keys of other people.
    """
    user_id = query.text_with_plus(call, "user_id")
    if user_id is None and call.caller.key is None:
        return _master_info(call)
    if user_id is not None and not call.caller.is_admin and user_id != call.caller.user_id:
        own = call.caller.user_id
        text = f"key not allowed to access this user's info. user_id={user_id}, key's user_id={own}"
        record_failure(call, forbidden(text), Target())
        raise forbidden(text)
    user = find_user(call.db, user_id or call.caller.user_id)
    if user is None:
        raise _not_found(f"User {user_id or call.caller.user_id} not found")
    keys = rows.select(call.db, "SELECT * FROM keys WHERE user_id = ? ORDER BY created_at", [user["user_id"]])
    return {
        "user_id": user["user_id"],
        "user_info": user_info(user),
        "keys": [raw_key(key, "Z") | {"team_alias": _team_alias(call, key["team_id"])} for key in keys],
        "teams": teams_of(call, user["user_id"]),
        "admin_mcp_permissions": None,
    }


def get_v2_user_info(call: Call) -> Json:
    """Return `/v2/user/info`: another person's account looks like an unknown one."""
    user_id = query.text_with_plus(call, "user_id") or call.caller.user_id
    if user_id is None:
        wording = (
            "user_id is required. Either pass it as a query parameter or authenticate with a user-bound key."
        )
        raise ProxyError(400, wording, "invalid_request_error")
    visible = call.caller.is_admin or user_id == call.caller.user_id
    user = find_user(call.db, user_id) if visible else None
    if user is None:
        raise _not_found(f"User not found: {user_id}")
    return v2_user(user)


def list_users(call: Call) -> Json:
    """Return `/user/list`. One id in `user_ids` matches as a substring, two or more exactly."""
    if not call.caller.is_admin:
        raise DetailError(403, "Only proxy admins and organization admins can list users.")
    page = Page(query.integer(call.query, "page", 1), query.integer(call.query, "page_size", 25, maximum=100))
    condition, values = _conditions(call)
    total = rows.count(call.db, f"SELECT count(*) FROM users WHERE {condition}", values)  # noqa: S608 - our own text
    statement = f"SELECT * FROM users WHERE {condition} ORDER BY {_order(call)} LIMIT ? OFFSET ?"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, [*values, page.size, page.offset])
    return {
        "users": [listed_user(user) | {"key_count": _key_count(call, user["user_id"])} for user in found],
        "total": total,
        "page": page.number,
        "page_size": page.size,
        "total_pages": page.pages(total),
    }


def _conditions(call: Call) -> tuple[str, list[Any]]:
    parts, values = ["1 = 1"], list[Any]()
    ids = query.listed(call.query, "user_ids")
    if len(ids) == 1:
        parts.append("instr(lower(user_id), lower(?)) > 0")
        values.append(ids[0])
    elif ids:
        parts.append(f"user_id IN ({rows.marks(ids)})")
        values.extend(ids)
    if email := call.query.get("user_email"):
        parts.append("instr(lower(coalesce(user_email, '')), lower(?)) > 0")
        values.append(email)
    if role := call.query.get("role"):
        parts.append("user_role = ?")
        values.append(role)
    return " AND ".join(parts), values


def _order(call: Call) -> str:
    column = call.query.get("sort_by")
    if column not in _SORTABLE:
        return "created_at DESC, user_id"
    return f"{column} {'DESC' if call.query.get('sort_order') == 'desc' else 'ASC'}, user_id"


def _key_count(call: Call, user_id: str) -> int:
    return rows.count(call.db, "SELECT count(*) FROM keys WHERE user_id = ?", [user_id])


def _master_info(call: Call) -> Json:
    keys = rows.select(call.db, "SELECT * FROM keys WHERE team_id IS NULL ORDER BY created_at LIMIT 100")
    own = find_user(call.db, call.caller.user_id)
    return {
        "user_id": call.caller.user_id,
        "user_info": user_info(own) if own else None,
        "keys": [token_key(key, "") | {"team_alias": "None"} for key in keys],
        "teams": teams_of(call, MASTER_USER),
        "admin_mcp_permissions": None,
    }


def _team_alias(call: Call, team_id: str | None) -> str:
    team = rows.first(call.db, "SELECT team_alias FROM teams WHERE team_id = ?", [team_id])
    return str(team["team_alias"]) if team else "None"


def _not_found(message: str) -> ProxyError:
    return ProxyError(404, message, "invalid_request_error")
