"""Random people, teams, keys and actions on two replicas.

Everything matches a small oracle. KEYDESK_PROPERTY_STEPS is the number of actions; `make property` runs 100,000. Many
are split into parts, one per core, each with its own replicas, gateway and people.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from keydesk.keys.rotation_policy import name_of_key
from tests.property.machine.actions import actors, replicas, which
from tests.property.machine.oracle import AUDITOR, CEILING, GROUPS, KEY, MEMBER, METADATA, SHOWN, TEAM
from tests.property.machine.other_requests import OtherRequests
from tests.property.machine.world import World, world_over
from tests.support.desk.people import NAMES
from tests.support.desk.storage import Storage
from tests.support.upstream.making import token_of
from tests.support.upstream.sandbox import sandbox_at

pytestmark = pytest.mark.long
STEPS = int(os.environ.get("KEYDESK_PROPERTY_STEPS", "300"))
PARTS = (os.cpu_count() or 1) if STEPS >= 10_000 else 1
STEPS_A_PART = -(-STEPS // PARTS)
STEPS_A_LIFE = 50
SHORTEST_LIFE = 20
"""The minimum of the average steps of a run, which has its own people."""
STEPS_A_ROUND = 2000
THOROUGH = STEPS >= 1000


class Living(OtherRequests):
    """Also checks everything that is visible, and at the end LiteLLM and the audit log."""

    @rule(actor=actors, at=replicas)
    def look_at_keys(self, actor: str, at: int) -> None:
        answer = self.ask(actor, at, "GET", "/keys")
        self.expect(answer, 200)
        shown = {key["token"]: {name: key[name] for name in SHOWN} for key in answer.json()}
        assert shown == {key_id: key.shown() for key_id, key in self.oracle.keys_of(actor).items()}
        assert not any(secret in answer.text for secret in self.secrets.values())

    @rule(actor=actors, at=replicas)
    def look_at_teams(self, actor: str, at: int) -> None:
        answer = self.ask(actor, at, "GET", "/teams")
        self.expect(answer, 200)
        shown = {team["team_id"]: team for team in answer.json()}
        expected = self.oracle.teams_of(actor)
        assert shown.keys() == expected.keys()
        for team_id, team in expected.items():
            members = {member["user_id"] for member in shown[team_id]["members_with_roles"]}
            assert members == {self.scene.user_id(name) for name in team.members}
            assert shown[team_id]["max_budget"] == team.budget
            assert shown[team_id]["blocked"] == (team.block is not None)

    @rule(actor=actors, at=replicas)
    def look_at_managed_teams(self, actor: str, at: int) -> None:
        answer = self.ask(actor, at, "GET", "/teams/managed")
        self.expect(answer, 200)
        assert {team["team_id"] for team in answer.json()} == self.oracle.managed_by(actor)

    @rule(actor=actors, at=replicas, team=which)
    def look_at_usage(self, actor: str, at: int, team: int) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "GET", f"/teams/{team_id}/usage")
        self.expect(answer, self.oracle.reading_usage_of(actor, team_id))

    @rule(actor=actors, at=replicas)
    def look_at_account(self, actor: str, at: int) -> None:
        answer = self.ask(actor, at, "GET", "/user/info")
        self.expect(answer, 200)
        account = answer.json()
        assert (account["user_id"], account["max_budget"]) == (self.scene.user_id(actor), 25.0)
        assert account["can_view_audit"] == (actor == AUDITOR)

    @rule(actor=actors, at=replicas)
    def look_at_the_audit_log(self, actor: str, at: int) -> None:
        self.expect(
            self.ask(actor, at, "GET", "/audit", params={"page_size": 1}), 200 if actor == AUDITOR else 403
        )

    def teardown(self) -> None:
        self.everything_in_litellm_is_within_policy()
        self.the_audit_log_says_what_happened()
        for team_id in self.oracle.teams:
            self.world.in_litellm("POST", "/team/delete", json={"team_ids": [team_id]})
        left = [token_of(self.secrets[key_id]) for key_id, key in self.oracle.keys.items() if not key.team]
        if left:
            self.world.in_litellm("POST", "/key/delete", json={"keys": left})

    def everything_in_litellm_is_within_policy(self) -> None:
        for name in NAMES:
            query = {"user_id": self.scene.user_id(name), "return_full_object": "true", "size": "100"}
            found = self.world.in_litellm("GET", "/key/list", params=query).json()["keys"]
            keys = [key for key in found if key["user_id"] == self.scene.user_id(name)]
            current = [key for key in keys if name_of_key(key["key_alias"]) == key["key_alias"]]
            assert len(current) == len(self.oracle.keys_of(name))
            assert len(keys) <= 2 * len(current)
            assert all(key["max_budget"] is not None and key["max_budget"] > 0 for key in keys)
            assert all(set(key["metadata"]) <= METADATA for key in keys)
        for team_id, expected in self.oracle.teams.items():
            query = {"team_id": team_id}
            team = self.world.in_litellm("GET", "/team/info", params=query).json()["team_info"]
            assert 0 < team["max_budget"] * 30 <= CEILING * expected.days
            assert team["models"] == [expected.model]
            assert team["metadata"]["owning_group"] == f"group:default/{expected.group}"

    def the_audit_log_says_what_happened(self) -> None:
        said: Counter[tuple[str, str, str, str]] = Counter()
        for name in NAMES:
            query = {"changed_by": self.scene.ref(name), "page_size": 100}
            page = self.world.ask(self.scene, AUDITOR, 0, "GET", "/audit", params=query).json()
            assert page["total_pages"] <= 1
            said.update(
                (name, log["action"], log["table_name"], log["object_id"])
                for log in page["audit_logs"]
                if log["outcome"] == "succeeded"
                and log["table_name"] in {KEY, TEAM, MEMBER}
                # A job may have removed the previous secret before the person could.
                and log["action"] != "secret_ended"
            )
        assert said == self.oracle.done


def rounds(world: World) -> Iterator[settings]:
    """Return one fixed seed. For many steps, return as many different ones as needed."""
    while not world.steps or (THOROUGH and world.steps < STEPS_A_PART):
        yield settings(
            max_examples=max(1, min(STEPS_A_PART - world.steps, STEPS_A_ROUND) // STEPS_A_LIFE),
            stateful_step_count=STEPS_A_LIFE,
            deadline=None,
            database=None,
            derandomize=not THOROUGH,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if THOROUGH else [Phase.generate],
        )


@pytest.mark.parametrize("part", range(PARTS))
def test_everything_matches_the_oracle(storage: Storage, tmp_path: Path, part: int) -> None:
    assert GROUPS.keys() < set(NAMES)
    with (
        storage.new_database() as database,
        sandbox_at(tmp_path) as sandbox,
        world_over(sandbox, database, scenes=STEPS_A_PART // SHORTEST_LIFE + 400) as world,
    ):
        machine: Any = type("Life", (Living,), {"world": world})
        begun = time.monotonic()
        for made in rounds(world):
            run_state_machine_as_test(machine, settings=made)
            took = time.monotonic() - begun
            figures = f"{world.steps} actions, {world.refusals} of them refused, in {took:.0f} s"
            # The standard output of an xdist worker is lost.
            print(f"{figures} ({storage.name}, part {part + 1} of {PARTS})", file=sys.stderr)  # noqa: T201
