"""Stores registered objects, each as one JSON document with its kind and id."""

from datetime import datetime
from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.call import Call
from keydesk_sandbox.rows import Database

Json = dict[str, Any]


def find_object(call: Call, kind: str, name: str) -> Json | None:
    """Return the object of this kind and id, or None."""
    found = rows.first(call.db, "SELECT * FROM objects WHERE kind = ? AND id = ?", [kind, name])
    return found["entry"] if found else None


def list_objects(call: Call, kind: str) -> list[Json]:
    """Return all objects of a kind in the order they were registered."""
    found = rows.select(call.db, "SELECT * FROM objects WHERE kind = ? ORDER BY rowid", [kind])
    return [row["entry"] for row in found]


def add_object(db: Database, kind: str, name: str, entry: Json, now: datetime) -> Json:
    """Register an object created `now`; return it."""
    at = clock.zulu(clock.stored(now))
    stored = {**entry, "created_at": at, "updated_at": at}
    rows.insert(db, "objects", {"kind": kind, "id": name, "entry": stored})
    return stored


def remove_object(call: Call, kind: str, name: str) -> bool:
    """Delete an object; return whether it existed."""
    return call.db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", [kind, name]).rowcount > 0
