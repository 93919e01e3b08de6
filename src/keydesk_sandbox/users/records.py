"""Finds and creates user rows. Handlers raise HTTP errors."""

from datetime import datetime
from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.rows import Database, Row


def find_user(db: Database, user_id: str | None) -> Row | None:
    """Return the user with this id, or None."""
    return rows.first(db, "SELECT * FROM users WHERE user_id = ?", [user_id])


def find_by_email(db: Database, email: str) -> Row | None:
    """Return the user with this email in any case, or None."""
    return rows.first(db, "SELECT * FROM users WHERE lower(user_email) = lower(?)", [email])


def add_user(db: Database, now: datetime, values: dict[str, Any]) -> Row:
    """Insert a user and return the stored row."""
    at = clock.stored(now)
    rows.insert(db, "users", {**values, "created_at": at, "updated_at": at})
    user = find_user(db, values["user_id"])
    if user is None:
        raise LookupError(f"user {values['user_id']} vanished after its insert")
    return user
