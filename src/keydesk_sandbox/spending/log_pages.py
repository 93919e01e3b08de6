"""`GET /spend/logs/v2`: single calls by page, without prompts and responses."""

from datetime import datetime
from typing import Any, Final

from keydesk_sandbox import query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.paging import Page

Json = dict[str, Any]

_MOST_COUNTED: Final = 10_000
_LARGEST_PAGE: Final = 1000
_FORMATS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
_HEAVY: Final = (
    "messages", "response", "proxy_server_request", "created_at", "updated_at", "billing_agent_id",
)  # fmt: skip
"""Members of `/spend/logs` that this route leaves out."""
_COLUMNS: Final = {
    "user_id": "user_id",
    "api_key": "api_key",
    "team_id": "team_id",
    "request_id": "request_id",
    "model": "entry ->> 'model'",
    "model_group": "entry ->> 'model_group'",
    "status_filter": "entry ->> 'status'",
}


def page_spend_logs(call: Call) -> Json:
    """Return one page, newest first. The total stops at 10,000. People see their own calls."""
    condition, values = _conditions(call)
    page = Page(
        query.integer(call.query, "page", 1),
        query.integer(call.query, "page_size", 50, maximum=_LARGEST_PAGE),
    )
    matches = f"SELECT 1 FROM spend_logs WHERE {condition} LIMIT {_MOST_COUNTED + 1}"  # noqa: S608 - our own text
    counted = rows.count(call.db, f"SELECT count(*) FROM ({matches})", values)  # noqa: S608 - our own text
    statement = f"SELECT * FROM spend_logs WHERE {condition} ORDER BY started_at DESC LIMIT ? OFFSET ?"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, [*values, page.size, page.offset])
    total = min(counted, _MOST_COUNTED)
    return {
        "data": [_listed(row["entry"]) for row in found],
        "total": total,
        "page": page.number,
        "page_size": page.size,
        "total_pages": page.pages(total),
        "total_is_capped": counted > _MOST_COUNTED,
    }


def _conditions(call: Call) -> tuple[str, list[Any]]:
    start, end = call.query.get("start_date"), call.query.get("end_date")
    if start is None or end is None:
        raise ProxyError(400, "Start date and end date are required", "bad_request")
    parts, values = ["started_at BETWEEN ? AND ?"], [_moment(start), _moment(end)]
    asked = {name: call.query.get(name) for name in _COLUMNS}
    if not call.caller.is_admin:
        asked["user_id"] = call.caller.user_id or ""
    for name, value in asked.items():
        if value is not None:
            parts.append(f"{_COLUMNS[name]} = ?")
            values.append(value)
    return " AND ".join(parts), values


def _moment(text: str) -> str:
    for form in _FORMATS:
        try:
            moment = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - stored times have no zone
        except ValueError:
            continue
        return moment.isoformat(timespec="microseconds")
    expected = "'YYYY-MM-DD' or 'YYYY-MM-DD HH:MM:SS'"
    raise ProxyError(400, f"Invalid date format: {text}. Expected: {expected}", "bad_request")


def _listed(entry: Json) -> Json:
    shown = {name: value for name, value in entry.items() if name not in _HEAVY}
    for name in ("startTime", "endTime", "completionStartTime"):
        shown[name] = shown[name].removesuffix("Z") + "+00:00"
    return shown
