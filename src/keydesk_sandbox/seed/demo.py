"""Sample people, teams and keys of the demo, with months of usage. Keydesk implements their sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.applications import Starlette

from keydesk_sandbox import clock, rows
from keydesk_sandbox.auth import token_of
from keydesk_sandbox.call import MASTER_USER, Gateway
from keydesk_sandbox.rows import Database
from keydesk_sandbox.seed.calls import write_calls
from keydesk_sandbox.seed.making import Making, secret_of
from keydesk_sandbox.seed.plan import KeyUsage, UsagePlan
from keydesk_sandbox.seed.usage import write_usage
from keydesk_sandbox.storage import Store

_MANAGERS: Final = "group:default/litellm-team-admins"
_EXPIRED_DAYS: Final = 9
_NEAR: Final = 0.92
"""The share of the budget that a key near its limit has spent."""


@dataclass(frozen=True, slots=True)
class _Key:
    owner: str
    models: tuple[str, ...]
    busyness: float
    team: str | None = None
    budget_duration: str | None = None
    unused_days: int = 0


_KEYS: Final[Mapping[str, _Key]] = {
    "jane-laptop": _Key("jane", ("gpt-4o-mini", "gpt-4o"), 45, budget_duration="30d"),
    "jane-code-review": _Key("jane", ("gpt-4o", "claude-sonnet"), 30, "platform"),
    "jane-old-notebook": _Key("jane", ("gpt-4o-mini",), 12, unused_days=_EXPIRED_DAYS),
    "bob-laptop": _Key("bob", ("gpt-4o-mini", "gpt-4o"), 25),
    "bob-ci": _Key("bob", ("gpt-4o-mini",), 220, "platform", budget_duration="30d"),
    "bob-leaked": _Key("bob", ("gpt-4o",), 15, unused_days=20),
    "alice-papers": _Key("alice", ("claude-sonnet", "gpt-4o"), 60, "research"),
    "alice-experiments": _Key("alice", ("claude-sonnet", "premium-xl"), 10, "research"),
    "alice-spare": _Key("alice", (), 0),
    "carol-search-index": _Key("carol", ("text-embedding-3-small", "gpt-4o-mini"), 300, "data-science"),
    "carol-dashboards": _Key("carol", ("gpt-4o", "gpt-4o-mini"), 35, "data-science", budget_duration="30d"),
    "dave-laptop": _Key("dave", ("gpt-4o-mini",), 8),
}


async def seed_demo(app: Starlette, *, days: int = 120, seed: int = 7) -> dict[str, str]:
    """Fill a sandbox with jane, bob, alice, carol and dave, three teams and `days` of usage ending today.

    There is a person `newbie` in the demo too, who has no account yet. Returns the secrets of the keys by
    alias. A sandbox that has been seeded is left as it is.
    """
    store: Store = app.state.store
    gateway: Gateway = app.state.gateway
    now = gateway.config.clock()
    await store.write(lambda db: _seed(db, Making(db, now, seed), days, gateway))
    return {alias: secret_of(seed, alias) for alias in _KEYS}


def _seed(db: Database, making: Making, days: int, gateway: Gateway) -> None:
    if rows.first(db, "SELECT user_id FROM users WHERE user_id = ?", ["jane"]) is not None:
        return
    _people(making, days)
    _teams(making, days)
    for alias, key in _KEYS.items():
        duration = key.budget_duration
        making.key(
            alias, key.owner, days, team_id=key.team, models=list(key.models), budget_duration=duration
        )
    until = making.now.date()
    used = tuple(_usage_of(making, alias, key) for alias, key in _KEYS.items() if key.busyness)
    models = gateway.config.models
    write_usage(db, UsagePlan(keys=used, days=days, until=until, seed=making.seed, catalogue=models))
    write_calls(db, making.now)
    _limits(making)


def _usage_of(making: Making, alias: str, key: _Key) -> KeyUsage:
    return KeyUsage(
        token=token_of(secret_of(making.seed, alias)),
        user_id=key.owner,
        team_id=key.team,
        models=key.models,
        busyness=key.busyness,
        last_day=making.now.date() - timedelta(days=key.unused_days),
    )


def _people(making: Making, days: int) -> None:
    making.person(MASTER_USER, days, user_email=None)
    making.person("jane", days, user_alias="Jane Doe", max_budget=50.0, budget_duration="30d")
    making.person("bob", days, user_alias="Bob Baker", max_budget=25.0, budget_duration="30d")
    making.person("alice", days, user_alias="Alice Archer", max_budget=100.0, budget_duration="30d")
    making.person("carol", days, user_alias="Carol Chen")
    models = ["gpt-4o-mini", "gpt-4o"]
    making.person("dave", days, user_alias="Dave Dunn", max_budget=5.0, budget_duration="7d", models=models)


def _teams(making: Making, days: int) -> None:
    making.team(
        "platform", ["jane", "bob"], days,
        team_alias="Platform", models=["gpt-4o-mini", "gpt-4o", "claude-sonnet"], max_budget=200.0,
        budget_duration="30d", metadata={"owning_group": _MANAGERS},
    )  # fmt: skip
    making.team(
        "research", ["alice", "jane"], days,
        team_alias="Research", models=["claude-sonnet", "gpt-4o", "premium-xl"], max_budget=500.0,
        budget_duration="30d", metadata={"owning_group": _MANAGERS},
    )  # fmt: skip
    making.team(
        "data-science", ["carol", "alice", "dave"], days,
        team_alias="Data science", models=["basic"], max_budget=300.0,
        budget_duration="7d", metadata={"owning_group": "group:default/data-science-leads"},
    )  # fmt: skip


def _limits(making: Making) -> None:
    """Set the keys to different states: within, near and over budget, expired and about to, blocked, unused."""
    now = making.now
    _change(making, "jane-laptop", max_budget=round(_spend(making, "jane-laptop") * 2 + 1, 2))
    _change(making, "bob-ci", max_budget=round(_spend(making, "bob-ci") / _NEAR + 0.01, 2))
    _change(making, "carol-dashboards", max_budget=round(_spend(making, "carol-dashboards") * 0.8, 2))
    _change(making, "jane-old-notebook", expires=_days_from(now, -_EXPIRED_DAYS))
    _change(making, "jane-code-review", expires=_days_from(now, 6), rpm_limit=60)
    _change(making, "bob-leaked", blocked=True)
    _change(making, "alice-spare", max_budget=10.0, expires=_days_from(now, 80))


def _spend(making: Making, alias: str) -> float:
    row = rows.first(making.db, "SELECT spend FROM keys WHERE key_alias = ?", [alias])
    return float(row["spend"]) if row else 0.0


def _change(making: Making, alias: str, **columns: object) -> None:
    rows.update(making.db, "keys", {"key_alias": alias}, columns)


def _days_from(now: datetime, days: int) -> str:
    return clock.stored(now + timedelta(days=days))
