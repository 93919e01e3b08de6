"""Finds and stores teams, memberships and object permissions."""

from typing import Any
from uuid import uuid4

from keydesk_sandbox import rows
from keydesk_sandbox.rows import Database, Row


def find_team(db: Database, team_id: str) -> Row | None:
    """Return the team with this id, or None."""
    return rows.first(db, "SELECT * FROM teams WHERE team_id = ?", [team_id])


def memberships(db: Database, team_id: str) -> list[Row]:
    """Return the memberships of a team in the order they began."""
    return rows.select(db, "SELECT * FROM memberships WHERE team_id = ? ORDER BY rowid", [team_id])


def find_membership(db: Database, team_id: str, user_id: str | None) -> Row | None:
    """Return one membership, or None."""
    return rows.first(db, "SELECT * FROM memberships WHERE team_id = ? AND user_id = ?", [team_id, user_id])


def find_grants(db: Database, team: Row) -> Row | None:
    """Return the team's object permission, or None."""
    statement = "SELECT * FROM object_permissions WHERE object_permission_id = ?"
    return rows.first(db, statement, [team["object_permission_id"]])


def store_grants(db: Database, permission_id: str | None, grants: dict[str, Any]) -> str:
    """Create an object permission, or change the given lists of an existing one; return its id."""
    if permission_id is None:
        permission_id = str(uuid4())
        rows.insert(db, "object_permissions", {"object_permission_id": permission_id, "grants": grants})
        return permission_id
    identity = {"object_permission_id": permission_id}
    stored = rows.first(
        db, "SELECT * FROM object_permissions WHERE object_permission_id = ?", [permission_id]
    )
    rows.update(
        db, "object_permissions", identity, {"grants": {**(stored or {"grants": {}})["grants"], **grants}}
    )
    return permission_id
