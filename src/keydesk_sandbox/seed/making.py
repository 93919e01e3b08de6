"""Inserts generated people, teams and keys, created some days ago, with secrets derived from the seed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from keydesk_sandbox import clock, rows
from keydesk_sandbox.auth import token_of
from keydesk_sandbox.call import MASTER_USER
from keydesk_sandbox.rows import Database, Row
from keydesk_sandbox.spending.resets import reset_at


@dataclass(frozen=True, slots=True)
class Making:
    """A transaction in which objects are created as of `now`; `seed` determines the secrets."""

    db: Database
    now: datetime
    seed: int

    def person(self, user_id: str, days_ago: int, **columns: Any) -> None:
        """Add an internal user with the email `<id>@example.com`."""
        known = {"user_id": user_id, "user_email": f"{user_id}@example.com", "user_role": "internal_user"}
        rows.insert(self.db, "users", known | columns | self._made(days_ago, columns))

    def team(self, team_id: str, members: list[str], days_ago: int, **columns: Any) -> None:
        """Add a team with these members, and the master key's user as its admin."""
        listed = [
            {"user_id": MASTER_USER, "user_email": None, "role": "admin"},
            *({"user_id": name, "user_email": f"{name}@example.com", "role": "user"} for name in members),
        ]
        known = {"team_id": team_id, "members_with_roles": listed}
        rows.insert(self.db, "teams", known | columns | self._made(days_ago, columns))
        for name in (MASTER_USER, *members):
            rows.insert(self.db, "memberships", {"team_id": team_id, "user_id": name})
            self._join(name, team_id)

    def key(self, alias: str, user_id: str, days_ago: int, **columns: Any) -> str:
        """Add a key for model calls; return its secret."""
        secret = secret_of(self.seed, alias)
        known = {
            "token": token_of(secret),
            "key_name": f"sk-...{secret[-4:]}",
            "key_alias": alias,
            "user_id": user_id,
            "key_type": "llm_api",
            "allowed_routes": ["llm_api_routes"],
            "created_by": MASTER_USER,
            "updated_by": MASTER_USER,
        }
        rows.insert(self.db, "keys", known | columns | self._made(days_ago, columns))
        return secret

    def _join(self, user_id: str, team_id: str) -> None:
        user = rows.first(self.db, "SELECT teams FROM users WHERE user_id = ?", [user_id])
        if user is not None:
            rows.update(self.db, "users", {"user_id": user_id}, {"teams": [*user["teams"], team_id]})

    def _made(self, days_ago: int, columns: dict[str, Any]) -> Row:
        at = clock.stored(self.now - timedelta(days=days_ago))
        reset = reset_at(self.now, columns.get("budget_duration"))
        return {"created_at": at, "updated_at": at, "budget_reset_at": reset}


def secret_of(seed: int, alias: str) -> str:
    """Return the secret of a generated key.

    Anyone who knows the seed knows it, which is acceptable only in a sandbox.
    """
    return f"sk-demo-{sha256(f'{seed}:{alias}'.encode()).hexdigest()[:17]}"
