"""`GET /spend/logs`: single calls, or sums by day if dates are given. `GET /global/spend/logs`: sums by day."""

from datetime import date, timedelta
from typing import Any

from keydesk_sandbox import query, rows
from keydesk_sandbox.auth import token_of
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.rows import Row

Json = dict[str, Any]

_MOST = 10_000
_BY_DAY = timedelta(days=30)


def list_spend_logs(call: Call) -> list[Any]:
    """Return the requested log lines, newest first; people see their own."""
    condition, values = _conditions(call)
    start, end = call.query.get("start_date"), call.query.get("end_date")
    if start is not None and end is not None:
        if not (query.is_date(start) and query.is_date(end)):
            bad = start if not query.is_date(start) else end
            text = f"/spend/logs Errortime data '{bad}' does not match format '%Y-%m-%d'"
            raise ProxyError(500, text, "internal_error")
        condition += " AND started_at >= ? AND started_at < ?"
        values += [start, (date.fromisoformat(end) + timedelta(days=1)).isoformat()]
    statement = f"SELECT * FROM spend_logs WHERE {condition} ORDER BY started_at DESC LIMIT {_MOST}"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, values)
    if start is not None and end is not None and query.flag(call.query, "summarize", default=True):
        return _by_day(found, date.fromisoformat(start), date.fromisoformat(end))
    return [row["entry"] for row in found]


def list_spend_by_day(call: Call) -> list[Json]:
    """Return the spend of everyone by day, of the last 30 days and today."""
    first = (call.now.date() - _BY_DAY).isoformat()
    statement = (
        "SELECT substr(started_at, 1, 10) AS day, sum(entry ->> 'spend') AS spend FROM spend_logs"
        " WHERE started_at >= ? GROUP BY 1 ORDER BY 1"
    )
    return [{"date": row["day"], "spend": row["spend"]} for row in rows.select(call.db, statement, [first])]


def _conditions(call: Call) -> tuple[str, list[Any]]:
    asked = {"user_id": call.query.get("user_id"), "request_id": call.query.get("request_id")}
    if key := call.query.get("api_key"):
        asked["api_key"] = token_of(key)
    if not call.caller.is_admin:
        asked["user_id"] = call.caller.user_id or ""
    given = {name: value for name, value in asked.items() if value is not None}
    return " AND ".join(["1 = 1", *(f"{name} = ?" for name in given)]), list(given.values())


def _by_day(found: list[Row], start: date, end: date) -> list[Json]:
    """Return one sum per day; the hashes of keys are next to the other members, as in LiteLLM."""
    days = []
    for ahead in range((end - start).days + 1):
        day = (start + timedelta(days=ahead)).isoformat()
        of_day = [row for row in found if row["started_at"].startswith(day)]
        users: dict[str, float] = {}
        models: dict[str, float] = {}
        keys: dict[str, float] = {}
        for row in of_day:
            spend = row["entry"]["spend"]
            users[row["user_id"]] = users.get(row["user_id"], 0.0) + spend
            keys[row["api_key"]] = keys.get(row["api_key"], 0.0) + spend
            name = row["entry"]["model"]
            models[name] = models.get(name, 0.0) + spend
        total: float = sum(users.values())
        days.append({**keys, "startTime": day, "spend": total, "users": users, "models": models})
    return days
