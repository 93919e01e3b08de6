"""Names of keys, people and teams in activity responses, looked up once per response."""

from typing import Any

from keydesk_sandbox import rows
from keydesk_sandbox.rows import Database, Row

Json = dict[str, Any]


class Describer:
    """Caches the names of one response."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._keys: dict[str, Json] = {}

    def key(self, token: str) -> Json:
        """Return the metadata of a key; deleted keys keep their names."""
        if token not in self._keys:
            self._keys[token] = self._key(token)
        return self._keys[token]

    def user(self, user_id: str) -> Json:
        """Return the metadata of a person; empty for nobody."""
        user = rows.first(self._db, "SELECT user_email, user_alias FROM users WHERE user_id = ?", [user_id])
        return user or {}

    def team(self, team_id: str) -> Json:
        """Return the metadata of a team; empty for `Unassigned`."""
        return rows.first(self._db, "SELECT team_alias FROM teams WHERE team_id = ?", [team_id]) or {}

    def _key(self, token: str) -> Json:
        row = self._find("keys", token)
        deleted = None if row else self._find("deleted_keys", token)
        found = row or deleted
        user_id = found["user_id"] if found else None
        return {
            "key_alias": found["key_alias"] if found else None,
            "team_id": found["team_id"] if found else None,
            "user_id": user_id,
            "user_email": self.user(user_id).get("user_email") if user_id else None,
            "key_exists": row is not None,
        }

    def _find(self, table: str, token: str) -> Row | None:
        statement = f"SELECT key_alias, team_id, user_id FROM {table} WHERE token = ?"  # noqa: S608 - our own names
        return rows.first(self._db, statement, [token])
