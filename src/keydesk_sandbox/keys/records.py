"""Finds and creates key rows."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.auth import token_of
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.rows import Database, Row


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to store; `columns` are its settings."""

    secret: str
    now: datetime
    columns: dict[str, Any]


def new_secret() -> str:
    """Return a new secret in LiteLLM's format: `sk-` and 22 characters."""
    return f"sk-{secrets.token_urlsafe(16)}"


def add_key(db: Database, new: NewKey) -> Row:
    """Insert a key and return its row; an existing secret keeps its row, as in LiteLLM."""
    at = clock.stored(new.now)
    token = token_of(new.secret)
    row = {"token": token, "key_name": f"sk-...{new.secret[-4:]}", "created_at": at, "updated_at": at}
    taken = find_key(db, token)
    if taken is not None:
        return {**taken, **row, **new.columns}
    rows.insert(db, "keys", row | new.columns)
    return key_or_404(db, token)


def find_key(db: Database, key: str) -> Row | None:
    """Return the key with this secret or hash, or None."""
    return rows.first(db, "SELECT * FROM keys WHERE token = ?", [token_of(key)])


def find_deleted(db: Database, key: str) -> Row | None:
    """Return the latest deleted key with this secret or hash, or None."""
    statement = "SELECT * FROM deleted_keys WHERE token = ? ORDER BY deleted_at DESC"
    return rows.first(db, statement, [token_of(key)])


def key_or_404(db: Database, key: str) -> Row:
    """Return the key, or raise the 404 for updates of unknown keys."""
    row = find_key(db, key)
    if row is None:
        raise ProxyError(404, "Key not found.", "not_found_error", "key")
    return row


def check_alias(db: Database, alias: str | None, but: str | None = None) -> None:
    """Raise 400 with `param: key_alias` if the alias is malformed or in use."""
    if alias is None:
        return
    if any(unicodedata.category(character) == "Cc" for character in alias) or ".." in alias.split("/"):
        wording = (
            "Invalid key_alias: must not contain control characters (such as tab or newline) "
            'or a ".." path segment'
        )
        raise ProxyError(400, wording, "bad_request_error", "key_alias")
    other = rows.first(db, "SELECT token FROM keys WHERE key_alias = ?", [alias])
    if other is not None and other["token"] != but:
        wording = f"Key with alias '{alias}' already exists. Unique key aliases across all keys are required."
        raise ProxyError(400, wording, "bad_request_error", "key_alias")
