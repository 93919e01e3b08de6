"""The data of the reads: alice with 20 keys, 10 teams and months of usage, and bob, who creates keys."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from benchmarks.peers.activity_rows import DEFAULT_NAMES, UsedKey, add_activity, remove_activity
from benchmarks.peers.upstream import Upstream

KEYS, TEAMS, DAYS, SHOWN_DAYS = 20, 10, 120, 30
"""The number of days that a page shows."""
WITH_OBJECT_PERMISSION = 3
"""The number of teams that need a call each, because LiteLLM's list omits some fields."""
_USED_KEYS = 6


@dataclass(frozen=True)
class Scene:
    """Names that are unique on a shared gateway. `last_day` is today, in UTC."""

    run: str
    last_day: date

    @property
    def alice(self) -> str:
        return f"alice-{self.run}"

    @property
    def bob(self) -> str:
        return f"bob-{self.run}"

    @property
    def team_ids(self) -> list[str]:
        return [f"team-{self.run}-{number}" for number in range(TEAMS)]

    def first_day(self, days: int = SHOWN_DAYS) -> date:
        """Return the first of the last days."""
        return self.last_day - timedelta(days=days - 1)


def new_scene() -> Scene:
    return Scene(f"bench-{uuid.uuid4().hex[:8]}", datetime.now(UTC).date())


@contextmanager
def set_scene(upstream: Upstream, scene: Scene) -> Iterator[int]:
    """Create the keys, teams and usage of people with accounts; delete everything at the end, including the people.

    Yields the number of activity rows, 0 if LiteLLM's database is unknown.
    """
    try:
        for number, team_id in enumerate(scene.team_ids):
            _make_team(upstream, scene, team_id, with_permission=number < WITH_OBJECT_PERMISSION)
        used = [_make_key(upstream, scene, number) for number in range(KEYS)][:_USED_KEYS]
        yield add_activity(upstream, used, scene.last_day, DAYS).rows
    finally:
        remove_activity(upstream, scene.alice)
        # LiteLLM refuses a whole list if one object does not exist.
        for team_id in scene.team_ids:
            take_away(upstream, "/team/delete", team_ids=[team_id])
        for user_id in (scene.alice, scene.bob):
            take_away(upstream, "/user/delete", user_ids=[user_id])


def make_key(
    upstream: Upstream, alias: str, user_id: str, team_id: str | None, models: tuple[str, ...]
) -> UsedKey:
    """Create a key with usage of the models."""
    body = {"key_alias": alias, "user_id": user_id, "key_type": "llm_api", "max_budget": 5.0}
    body |= {"team_id": team_id} if team_id else {}
    made = upstream.call("POST", "/key/generate", json=body)
    return UsedKey(made["token"], user_id, team_id, models)


def take_away(upstream: Upstream, path: str, **named: list[str]) -> None:
    """Delete what exists: some objects may not have been created."""
    with suppress(RuntimeError):
        upstream.call("POST", path, json=named)


def _make_team(upstream: Upstream, scene: Scene, team_id: str, *, with_permission: bool) -> None:
    members = [{"role": "user", "user_id": scene.alice}]
    body = {"team_id": team_id, "team_alias": team_id, "members_with_roles": members, "max_budget": 100.0}
    body |= {"object_permission": {"vector_stores": ["handbook"]}} if with_permission else {}
    upstream.call("POST", "/team/new", json=body)


def _make_key(upstream: Upstream, scene: Scene, number: int) -> UsedKey:
    """Every other key belongs to a team."""
    team_id = scene.team_ids[number % TEAMS] if number % 2 else None
    return make_key(upstream, f"{scene.run}-{number}", scene.alice, team_id, DEFAULT_NAMES)
