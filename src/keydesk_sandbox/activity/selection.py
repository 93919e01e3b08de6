"""Which activity rows a request selects, and whether the caller may see them."""

from dataclasses import dataclass
from typing import Any

from keydesk_sandbox import query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError
from keydesk_sandbox.paging import Page
from keydesk_sandbox.rows import Row


@dataclass(frozen=True, slots=True)
class Selection:
    """An SQL condition with its values."""

    condition: str
    values: list[Any]

    def total(self, call: Call) -> int:
        """Return the number of selected rows."""
        statement = f"SELECT count(*) FROM daily_activity WHERE {self.condition}"  # noqa: S608 - our own text
        return rows.count(call.db, statement, self.values)

    def page(self, call: Call, page: Page) -> list[Row]:
        """Return one page, newest date first."""
        statement = f"SELECT * FROM daily_activity WHERE {self.condition} ORDER BY date DESC, rowid"  # noqa: S608 - our own text
        found = call.db.execute(f"{statement} LIMIT ? OFFSET ?", [*self.values, page.size, page.offset])
        return [dict(row) for row in found]


def of_user(call: Call) -> Selection:
    """Select a person's rows: the requested person's, the caller's own, or for admins everyone's."""
    user_id = call.query.get("user_id")
    if not call.caller.is_admin:
        if user_id is not None and user_id != call.caller.user_id:
            raise DetailError(403, "Non-admin users can only view their own spend data.")
        user_id = call.caller.user_id or ""
    return _selection(call, {} if user_id is None else {"user_id": [user_id]})


def of_teams(call: Call) -> Selection:
    """Select teams' rows: the requested teams', or all, including `Unassigned`. People see their own."""
    teams = query.listed(call.query, "team_ids")
    if not call.caller.is_admin:
        own = {"team_id": _own_teams(call, teams), "user_id": [call.caller.user_id or ""]}
        return _selection(call, own)
    selection = _selection(call, {"team_id": teams} if teams else {})
    excluded = query.listed(call.query, "exclude_team_ids")
    if not excluded:
        return selection
    condition = f"{selection.condition} AND team_id NOT IN ({rows.marks(excluded)})"
    return Selection(condition, [*selection.values, *excluded])


def _own_teams(call: Call, asked: list[str]) -> list[str]:
    """Return the requested teams that a person may see; a team they are not in is a 404."""
    own = call.caller.user["teams"] if call.caller.user else []
    for team in asked:
        if team not in own:
            hint = "Call `/user/info` to see user's teams"
            raise DetailError(404, f"User does not belong to Team= {team}. {hint}")
    return list(asked or own)


def _selection(call: Call, who: dict[str, list[str]]) -> Selection:
    start, end = _dates(call)
    parts, values = ["date BETWEEN ? AND ?"], [start, end]
    for column, names in who.items():
        parts.append(f"{column} IN ({rows.marks(names)})")
        values.extend(names)
    if key := call.query.get("api_key"):
        parts.append("api_key = ?")
        values.append(key)
    if model := call.query.get("model"):
        parts.append("model = ?")
        values.append(model)
    return Selection(" AND ".join(parts), values)


def _dates(call: Call) -> tuple[str, str]:
    start, end = call.query.get("start_date"), call.query.get("end_date")
    if start is None or end is None:
        raise DetailError(400, "Please provide start_date and end_date")
    if not (query.is_date(start) and query.is_date(end)):
        raise DetailError(400, "start_date and end_date must be valid YYYY-MM-DD dates")
    if end < start:
        raise DetailError(400, "end_date must be on or after start_date")
    return start, end
