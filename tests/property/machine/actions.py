"""Actions of a state machine on keys and teams. Each is checked against the oracle, and then applied to it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.property.machine.oracle import (
    GRANTED,
    GROUPS,
    KEY,
    LONGEST_DAYS,
    MEMBER,
    MODELS,
    TEAM,
    Budget,
    KeyState,
    Oracle,
    TeamState,
)
from tests.property.machine.world import World
from tests.support.desk.people import NAMES
from tests.support.upstream.making import token_of

actors = st.sampled_from(NAMES)
replicas = st.integers(0, 1)
which = st.integers(0, 11)
budgets = st.sampled_from([5.0, 1.0, 3.5, 0.01, -1.0, 0.0, 1e308, None])
team_budgets = st.sampled_from([100.0, 20.0, 500.0, 500.01, 10_000.0, 1e308, -5.0, None])
PERIODS: dict[str, int | None] = {"1d": 1, "7d": 7, "60d": 60, "1mo": 30, "1s": None, "999h": None}
"""Budget periods with their days; None for those that LiteLLM would not store."""
lifetimes = st.sampled_from([1, 30, 60, LONGEST_DAYS, LONGEST_DAYS + 1])
aliases = st.integers(0, 15).map("alias-{}".format)
models = st.sampled_from([*["gpt-4o"] * len(MODELS), *MODELS])


class Acting(RuleBasedStateMachine):
    """One scene of people. Subclasses define a `world`."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.scene = next(self.world.scenes)
        self.oracle = Oracle()
        self.key_ids: list[str] = []
        self.team_ids: list[str] = []
        self.secrets: dict[str, str] = {}
        self.previous: dict[str, str] = {}
        """The secret of each rotated key before its current one. LiteLLM may have deleted it."""

    def ask(self, actor: str, replica: int, method: str, path: str, **sent: Any) -> httpx2.Response:
        self.world.steps += 1
        return self.world.ask(self.scene, actor, replica, method, path, **sent)

    def ask_together(self, actor: str, calls: list[tuple[str, str]]) -> list[httpx2.Response]:
        """Return the responses to parallel requests, one to each replica."""
        self.world.steps += len(calls)
        return self.world.ask_together(self.scene, actor, calls)

    def learn(self, issued: dict[str, str], key: KeyState) -> None:
        self.oracle.keys[issued["token"]] = key
        self.key_ids.append(issued["token"])
        self.secrets[issued["token"]] = issued["key"]

    def expect(self, answer: httpx2.Response, status: int) -> bool:
        """Check a response. Return whether the request was granted."""
        assert answer.status_code == status, (answer.status_code, status, answer.text)
        self.world.refusals += status != GRANTED
        return status == GRANTED

    def own(self, alias: str) -> str:
        """Return an alias of this scene, because aliases are unique across people."""
        return f"{self.scene.name}-{alias}"

    def some_key(self, number: int) -> str:
        """Return an existing, deleted or invalid key."""
        return self.key_ids[number % len(self.key_ids)] if self.key_ids else "key_aaaaaaaaaaaaaaaaaaaaaaaaaa"

    def some_team(self, number: int) -> str:
        return self.team_ids[number % len(self.team_ids)] if self.team_ids else "no-such-team"

    @initialize()
    def begin(self) -> None:
        """Start with a team of two and some keys, so that actions have objects."""
        self.create_team("olga", 0, "team-0", 100.0, "gpt-4o")
        for number, name in enumerate(("alice", "bob")):
            self.add_member("olga", number, 0, name)
            self.issue(name, number, f"own-{name}", 5.0, None)
            self.issue(name, number, f"shared-{name}", 5.0, 0)

    @rule(actor=actors, at=replicas, alias=aliases, budget=budgets, team=st.none() | which)
    def issue(self, actor: str, at: int, alias: str, budget: Budget, team: int | None) -> None:
        team_id = None if team is None else self.some_team(team)
        alias = self.own(alias)
        body = {"alias": alias, "max_budget": budget, "team_id": team_id}
        answer = self.ask(actor, at, "POST", "/keys/generate", json=body)
        if self.expect(answer, self.oracle.issuing(actor, alias, budget, team_id)):
            self.learn(answer.json(), KeyState(actor, alias, budget, team_id))
            self.oracle.record(actor, "created", KEY, answer.json()["token"])

    @rule(actor=actors, at=replicas, key=which, budget=budgets)
    def change_budget(self, actor: str, at: int, key: int, budget: Budget) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/update", json={"max_budget": budget})
        if self.expect(answer, self.oracle.updating(actor, key_id, budget)):
            self.oracle.keys[key_id].budget = budget
            self.oracle.record(actor, "updated", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which, alias=aliases)
    def rename(self, actor: str, at: int, key: int, alias: str) -> None:
        key_id, alias = self.some_key(key), self.own(alias)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/update", json={"key_alias": alias})
        if self.expect(answer, self.oracle.renaming(actor, key_id, alias)):
            self.oracle.keys[key_id].alias = alias
            self.oracle.record(actor, "updated", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which, owner=actors)
    def take_reserved_name(self, actor: str, at: int, key: int, owner: str) -> None:
        key_id, alias = self.some_key(key), f"OpenCode-{self.scene.user_id(owner)}"
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/update", json={"key_alias": alias})
        self.expect(answer, self.oracle.taking_reserved_name(actor, key_id))

    @rule(actor=actors, at=replicas, key=which, days=lifetimes)
    def extend(self, actor: str, at: int, key: int, days: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/extend", json={"duration": f"{days}d"})
        if self.expect(answer, self.oracle.extending(actor, key_id, days)):
            self.oracle.keys[key_id].days = days
            self.oracle.record(actor, "extended", KEY, key_id)
            ends = datetime.fromisoformat(answer.json()["expires_at"])
            assert abs(ends - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)

    @rule(actor=actors, at=replicas, key=which)
    def block(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/block")
        if self.expect(answer, self.oracle.touching(actor, key_id)) and not self.oracle.keys[key_id].block:
            self.oracle.keys[key_id].block = "owner"
            self.oracle.keys[key_id].is_known = True
            self.oracle.record(actor, "blocked", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which)
    def unblock(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/unblock")
        if self.expect(answer, self.oracle.unblocking(actor, key_id)) and self.oracle.keys[key_id].block:
            self.oracle.keys[key_id].block = None
            self.oracle.keys[key_id].is_known = True
            self.oracle.record(actor, "unblocked", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which, overlap=st.sampled_from([None, "0s", "1h", "8d"]))
    def rotate(self, actor: str, at: int, key: int, overlap: str | None) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/rotate", json={"overlap": overlap})
        if self.expect(answer, self.oracle.rotating(actor, key_id, overlap)):
            assert answer.json()["token"] == key_id
            assert answer.json()["key"] != self.secrets[key_id]
            self.previous[key_id] = self.secrets[key_id]
            self.secrets[key_id] = answer.json()["key"]
            self.oracle.keys[key_id].is_wide = False
            self.oracle.keys[key_id].is_known = True
            self.oracle.keys[key_id].block = None
            self.oracle.record(actor, "rotated", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which)
    def end_previous_secret(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/end_previous_secret")
        self.expect(answer, self.oracle.touching(actor, key_id))

    @rule(actor=actors, at=replicas, key=which)
    def delete_key(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "DELETE", f"/keys/{key_id}")
        if self.expect(answer, self.oracle.touching(actor, key_id)):
            del self.oracle.keys[key_id]
            self.oracle.record(actor, "deleted", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which)
    def reset_spend(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/reset_spend")
        if self.expect(answer, self.oracle.resetting(actor, key_id)):
            self.oracle.record(actor, "spend_reset", KEY, key_id)

    @rule(key=which, blocks=st.booleans())
    def administrator_interferes(self, key: int, blocks: bool) -> None:
        """Block or unblock a key with all its secrets in LiteLLM itself."""
        key_id = self.some_key(key)
        if key_id in self.oracle.keys:
            path = "/key/block" if blocks else "/key/unblock"
            self.world.in_litellm("POST", path, json={"key": token_of(self.secrets[key_id])})
            if key_id in self.previous:
                with suppress(httpx2.HTTPStatusError):
                    self.world.in_litellm("POST", path, json={"key": token_of(self.previous[key_id])})
            self.world.time_goes_by()
            self.oracle.keys[key_id].block = "admin" if blocks else None

    @rule(actor=actors, at=replicas, alias=aliases, budget=team_budgets, model=models)
    def create_team(self, actor: str, at: int, alias: str, budget: Budget, model: str) -> None:
        alias = self.own(alias)
        body = {"team_alias": alias, "max_budget": budget, "models": [model]}
        answer = self.ask(actor, at, "POST", "/teams", json=body)
        if self.expect(answer, self.oracle.creating_team(actor, alias, budget, model)):
            team_id = answer.json()["team_id"]
            self.oracle.teams[team_id] = TeamState(GROUPS[actor], alias, budget, model)
            self.team_ids.append(team_id)
            self.oracle.record(actor, "created", TEAM, team_id)

    @rule(actor=actors, at=replicas, team=which, budget=team_budgets)
    def change_team(self, actor: str, at: int, team: int, budget: Budget) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "PATCH", f"/teams/{team_id}", json={"max_budget": budget})
        if self.expect(answer, self.oracle.changing_team(actor, team_id, budget)):
            self.oracle.teams[team_id].lower_or_raise(budget)
            self.oracle.record(actor, "updated", TEAM, team_id)

    @rule(actor=actors, at=replicas, team=which, period=st.sampled_from(sorted(PERIODS)) | st.none())
    def change_period(self, actor: str, at: int, team: int, period: str | None) -> None:
        team_id, days = self.some_team(team), PERIODS.get(period or "")
        answer = self.ask(actor, at, "PATCH", f"/teams/{team_id}", json={"budget_duration": period})
        if self.expect(answer, self.oracle.changing_period(actor, team_id, days)) and days is not None:
            self.oracle.teams[team_id].days = days
            self.oracle.teams[team_id].leave()
            self.oracle.record(actor, "updated", TEAM, team_id)

    @rule(actor=actors, at=replicas, team=which, blocked=st.booleans())
    def block_team(self, actor: str, at: int, team: int, blocked: bool) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "PATCH", f"/teams/{team_id}", json={"blocked": blocked})
        if self.expect(answer, self.oracle.changing_team(actor, team_id)):
            self.oracle.teams[team_id].block = "group" if blocked else None
            self.oracle.teams[team_id].leave()
            self.oracle.record(actor, "blocked" if blocked else "unblocked", TEAM, team_id)

    @rule(actor=actors, at=replicas, team=which, member=st.sampled_from([*NAMES, "nobody"]))
    def add_member(self, actor: str, at: int, team: int, member: str) -> None:
        team_id = self.some_team(team)
        body = {"userEntityRef": self.scene.ref(member)}
        answer = self.ask(actor, at, "POST", f"/teams/{team_id}/members", json=body)
        if self.expect(answer, self.oracle.adding(actor, team_id, member)):
            if member not in self.oracle.teams[team_id].members:
                self.oracle.record(actor, "created", MEMBER, team_id)
            self.oracle.teams[team_id].members.add(member)

    @rule(actor=actors, at=replicas, team=which, member=actors)
    def remove_member(self, actor: str, at: int, team: int, member: str) -> None:
        team_id = self.some_team(team)
        query = {"userEntityRef": self.scene.user_id(member)}
        answer = self.ask(actor, at, "DELETE", f"/teams/{team_id}/members", params=query)
        if self.expect(answer, self.oracle.removing(actor, team_id, member)):
            self.oracle.teams[team_id].members.discard(member)
            self.oracle.loses_keys(team_id, member)
            self.oracle.record(actor, "deleted", MEMBER, team_id)

    @rule(actor=actors, at=replicas, team=which)
    def delete_team(self, actor: str, at: int, team: int) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "DELETE", f"/teams/{team_id}")
        if self.expect(answer, self.oracle.managing(actor, team_id)):
            del self.oracle.teams[team_id]
            self.oracle.loses_keys(team_id)
            self.oracle.record(actor, "deleted", TEAM, team_id)
