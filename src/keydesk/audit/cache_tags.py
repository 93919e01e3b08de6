"""What a change touches: the names under which snapshots are forgotten. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from keydesk.audit.models import AuditedTable, Change

ALL_TEAMS = "teams"
"""Touched by every change of any team. What is being loaded may hold any of them."""
_OF_TEAMS = {AuditedTable.TEAM, AuditedTable.MEMBERSHIP, AuditedTable.OBJECT_PERMISSION}


def of_user(user_id: str) -> str:
    """The tag of a person: keys, list of teams."""
    return f"user:{user_id}"


def of_account(user_id: str) -> str:
    """The tag of a person's account alone: their keys say nothing of it."""
    return f"account:{user_id}"


def of_team(team_id: str) -> str:
    """The tag of a team, and of everything that shows it."""
    return f"team:{team_id}"


def touched_by(change: Change, object_id: str | None) -> frozenset[str]:
    """Everything that a recorded change may have altered, so far as it names it."""
    users, teams = set(_named(change, "user_id")), set(_named(change, "team_id"))
    for values in (change.before, change.after):
        teams.update(_texts(values, "teams"))
    if change.table is AuditedTable.USER and object_id:
        users.add(object_id)
    if change.table in _OF_TEAMS and object_id:
        teams.add(object_id)
    tags = {of_user(user_id) for user_id in users} | {of_team(team_id) for team_id in teams}
    if change.table is not AuditedTable.KEY:
        tags |= {of_account(user_id) for user_id in users}
    return frozenset(tags | {ALL_TEAMS} if teams else tags)


def _named(change: Change, name: str) -> Iterable[str]:
    return (value for values in (change.before, change.after) if isinstance(value := values.get(name), str))


def _texts(values: Mapping[str, Any], name: str) -> Iterable[str]:
    found = values.get(name)
    return (each for each in found if isinstance(each, str)) if isinstance(found, list | tuple) else ()
