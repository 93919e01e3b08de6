"""Reads and writes table rows as plain dictionaries. Knows SQL, but not the meaning of rows."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keydesk_sandbox.tables import BOOLEAN_COLUMNS, JSON_COLUMNS

Row = dict[str, Any]
"""One table row by column name, JSON columns decoded."""

Database = sqlite3.Connection


def select(db: Database, query: str, values: Sequence[Any] = ()) -> list[Row]:
    """Return the rows of a query, decoded."""
    return [decoded(row) for row in db.execute(query, values)]


def first(db: Database, query: str, values: Sequence[Any] = ()) -> Row | None:
    """Return the first row of a query, decoded, or None."""
    row = db.execute(query, values).fetchone()
    return None if row is None else decoded(row)


def count(db: Database, query: str, values: Sequence[Any] = ()) -> int:
    """Return the single number of a query's result."""
    return int(db.execute(query, values).fetchone()[0])


def insert(db: Database, table: str, row: Mapping[str, Any]) -> None:
    """Insert one row; a duplicate primary or unique key raises `sqlite3.IntegrityError`."""
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", encoded(row))  # noqa: S608 - our own names


def update(db: Database, table: str, identity: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Change the columns of the rows that match `identity`. Without changes it does nothing."""
    if not changes:
        return
    assignments = ", ".join(f"{name} = ?" for name in changes)
    condition = " AND ".join(f"{name} = ?" for name in identity)
    statement = f"UPDATE {table} SET {assignments} WHERE {condition}"  # noqa: S608 - our own names
    db.execute(statement, [*encoded(changes), *identity.values()])


def marks(values: Iterable[Any]) -> str:
    """Return `?, ?, ?` for an IN list."""
    return ", ".join("?" for _ in values)


def decoded(row: sqlite3.Row) -> Row:
    """Convert a database row to a dictionary."""
    result: Row = dict(row)
    for name, value in result.items():
        if value is None:
            continue
        if name in JSON_COLUMNS:
            result[name] = json.loads(value)
        elif name in BOOLEAN_COLUMNS:
            result[name] = bool(value)
    return result


def encoded(row: Mapping[str, Any]) -> list[Any]:
    """Convert values to SQLite's types, in the order of the mapping."""
    return [
        json.dumps(value) if name in JSON_COLUMNS and value is not None else value
        for name, value in row.items()
    ]
