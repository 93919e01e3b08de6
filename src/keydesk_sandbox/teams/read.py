"""`GET /team/info`, `/team/list` and `/v2/team/list`."""

from typing import Any, Final

from keydesk_sandbox import query, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.errors import DetailError, ProxyError, forbidden
from keydesk_sandbox.keys.shapes import raw_key
from keydesk_sandbox.paging import Page
from keydesk_sandbox.rows import Row
from keydesk_sandbox.teams.records import find_grants, find_membership, find_team, memberships
from keydesk_sandbox.teams.shapes import listed_team, membership_object, team_info, team_object
from keydesk_sandbox.users.records import find_user

Json = dict[str, Any]

_SORTABLE: Final = {"team_id", "team_alias", "created_at", "updated_at", "spend", "max_budget"}


def get_team_info(call: Call) -> Json:
    """Return `/team/info`: the team, its keys and its memberships."""
    team_id = call.query.get("team_id")
    if team_id is None:
        text = str({"message": "Malformed request. No team id passed in."})
        raise ProxyError(422, text, "invalid_request_error")
    team = find_team(call.db, team_id)
    if team is None:
        text = str({"message": f"Team not found, passed team id: {team_id}."})
        raise ProxyError(404, text, "invalid_request_error")
    if not call.caller.is_admin and find_membership(call.db, team_id, call.caller.user_id) is None:
        text = f"User={call.caller.user_id} not authorized to access this team={team_id}"
        raise forbidden(str({"error": text}))
    keys = rows.select(call.db, "SELECT * FROM keys WHERE team_id = ? ORDER BY created_at", [team_id])
    members = [membership_object(member) | _source(member) for member in memberships(call.db, team_id)]
    info = team_info(team, find_grants(call.db, team))
    info["members_with_roles"] = [_with_alias(call, member) for member in team["members_with_roles"]]
    return {
        "team_id": team_id,
        "team_info": info,
        "keys": [raw_key(key, "Z") for key in keys],
        "team_memberships": members,
    }


def list_teams(call: Call) -> list[Json]:
    """Return `/team/list`: every team, or those of one person with only that person's membership."""
    return teams_of(call, _asked_user(call))


def teams_of(call: Call, user_id: str | None) -> list[Json]:
    """Return all teams with their keys, or one person's with that person's membership only."""
    found = []
    for team in _teams(call, user_id):
        members = memberships(call.db, team["team_id"])
        own = [member for member in members if user_id is None or member["user_id"] == user_id]
        keys = rows.select(call.db, "SELECT * FROM keys WHERE team_id = ?", [team["team_id"]])
        found.append(
            {
                **team_object(team),
                "team_memberships": [membership_object(member) for member in own],
                "keys": [raw_key(key, "Z") for key in keys],
            }
        )
    return found


def list_teams_v2(call: Call) -> Json:
    """Return `/v2/team/list`: filtered, sorted, paged."""
    user_id = _asked_user(call)
    page = Page(query.integer(call.query, "page", 1), query.integer(call.query, "page_size", 10, maximum=100))
    if user_id is not None and find_user(call.db, user_id) is None:
        raise DetailError(404, f"User not found, passed user_id={user_id}")
    condition, values = _conditions(call, user_id)
    total = rows.count(call.db, f"SELECT count(*) FROM teams WHERE {condition}", values)  # noqa: S608 - our own text
    statement = f"SELECT * FROM teams WHERE {condition} ORDER BY {_order(call)} LIMIT ? OFFSET ?"  # noqa: S608 - our own text
    found = rows.select(call.db, statement, [*values, page.size, page.offset])
    own = call.caller.user_id
    return {
        "teams": [
            listed_team(team, _key_count(call, team), find_membership(call.db, team["team_id"], own))
            for team in found
        ],
        "total": total,
        "page": page.number,
        "page_size": page.size,
        "total_pages": page.pages(total),
    }


def _asked_user(call: Call) -> str | None:
    """Return the person whose teams are requested; only admins may request all or those of others."""
    user_id = call.query.get("user_id")
    if not call.caller.is_admin and (user_id is None or user_id != call.caller.user_id):
        role = call.caller.role
        raise DetailError(401, f"Only admin users can query all teams/other teams. Your user role={role}")
    return user_id


def _teams(call: Call, user_id: str | None) -> list[Row]:
    if user_id is None:
        return rows.select(call.db, "SELECT * FROM teams ORDER BY created_at")
    statement = "SELECT teams.* FROM teams JOIN memberships USING (team_id) WHERE memberships.user_id = ?"
    return rows.select(call.db, f"{statement} ORDER BY teams.created_at", [user_id])


def _conditions(call: Call, user_id: str | None) -> tuple[str, list[Any]]:
    parts, values = ["1 = 1"], list[Any]()
    status = call.query.get("status")
    if status is not None:
        if status != "deleted":
            raise DetailError(400, "Invalid status value. Currently only 'deleted' is supported.")
        parts.append("1 = 0")
    if user_id is not None:
        parts.append("team_id IN (SELECT team_id FROM memberships WHERE user_id = ?)")
        values.append(user_id)
    if team_id := call.query.get("team_id"):
        parts.append("team_id = ?")
        values.append(team_id)
    if alias := call.query.get("team_alias"):
        parts.append("instr(lower(team_alias), lower(?)) > 0")
        values.append(alias)
    return " AND ".join(parts), values


def _order(call: Call) -> str:
    column = call.query.get("sort_by")
    if column not in _SORTABLE:
        return "created_at DESC, team_id"
    return f"{column} {'DESC' if call.query.get('sort_order') == 'desc' else 'ASC'}, team_id"


def _key_count(call: Call, team: Row) -> int:
    return rows.count(call.db, "SELECT count(*) FROM keys WHERE team_id = ?", [team["team_id"]])


def _source(member: Row) -> Json:
    return {"budget_source": "none" if member["budget_id"] is None else "custom"}


def _with_alias(call: Call, member: Json) -> Json:
    user = find_user(call.db, member["user_id"])
    return {**member, "user_alias": user["user_alias"] if user else None}
