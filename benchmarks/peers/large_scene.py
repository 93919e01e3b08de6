"""A person whose lists are long: keys, managed teams, one large team and a year of usage, in a sandbox."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

from benchmarks.peers.activity_rows import UsedKey, add_activity
from benchmarks.peers.upstream import Sandbox
from keydesk.kit.permission import Permission
from keydesk_sandbox.auth import token_of
from keydesk_sandbox.seed.making import Making

OWNER = "olivia"
BIG_TEAM = "everyone"
KEYS, TEAMS, MEMBERS, DAYS = 500, 200, 2_000, 365
_GROUP = "group:default/owners"
_USED_KEYS = 20
_AGE_DAYS = 90
_BUDGET = {"max_budget": 100.0, "budget_duration": "30d"}


def large_sections(upstream: Sandbox) -> Mapping[str, Any]:
    """Return the sections of the configuration in which the person manages teams and reads the audit log."""
    return {
        "litellm": {
            "baseUrl": upstream.url,
            "masterKey": upstream.master_key,
            "keyGeneration": {"teamRequired": False},
            "teamAdmin": {"group": _GROUP, "allowedModels": ["gpt-4o"]},
            "audit": {"group": _GROUP},
        },
        "grants": {str(permission): [_GROUP] for permission in Permission},
        "directory": {
            "people": [{"ref": OWNER, "email": f"{OWNER}@example.com", "groups": [_GROUP]}],
        },
    }


def settle_owner(upstream: Sandbox, today: date) -> None:
    """Write the keys, teams and usage of a person who has an account."""
    with closing(sqlite3.connect(upstream.database, timeout=30)) as connection, connection:
        connection.row_factory = sqlite3.Row
        making = Making(connection, datetime.now(UTC), seed=1)
        for number in range(TEAMS):
            is_big = not number
            members = [OWNER, *(f"member-{each}" for each in range(1, MEMBERS if is_big else 10))]
            name = BIG_TEAM if is_big else f"team-{number:03}"
            owned = {"metadata": {"owning_group": _GROUP}, "models": ["gpt-4o"], **_BUDGET}
            making.team(name, members, _AGE_DAYS, team_alias=name, **owned)
        used = [_key(making, number) for number in range(KEYS)][:_USED_KEYS]
    add_activity(upstream, used, today, DAYS)


def _key(making: Making, number: int) -> UsedKey:
    """Make a key. Every other key belongs to a team."""
    team_id = f"team-{number % (TEAMS - 1) + 1:03}" if number % 2 else None
    name = f"{OWNER}-{number:03}"
    secret = making.key(name, OWNER, _AGE_DAYS, team_id=team_id, models=["gpt-4o", "gpt-4o-mini"], **_BUDGET)
    return UsedKey(token_of(secret), OWNER, team_id)
