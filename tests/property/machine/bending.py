"""Actions of people who try to get around policy, and of an administrator who works in LiteLLM itself."""

from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.machine.actions import PERIODS, actors, aliases, models, replicas, which
from tests.property.machine.oracle import FORBIDDEN, GRANTED, KEY, TEAM, KeyState
from tests.property.machine.serving import Serving

SETTINGS = st.sampled_from(
    ["service_account_id", "max_batch_file_records", "priority", "end_user_budget_id", "model_rpm_limit"]
)
"""Names in metadata that LiteLLM interprets as settings."""
FOREIGN = {"Origin": "https://elsewhere.example.com", "Sec-Fetch-Site": "cross-site"}


class Bending(Serving):
    @rule(actor=actors, at=replicas, key=which, period=st.sampled_from(sorted(PERIODS)) | st.none())
    def change_key_period(self, actor: str, at: int, key: int, period: str | None) -> None:
        key_id, days = self.some_key(key), PERIODS.get(period or "")
        answer = self.ask(actor, at, "POST", f"/keys/{key_id}/update", json={"budget_duration": period})
        if self.expect(answer, self.oracle.changing_key_period(actor, key_id, period, days)):
            self.oracle.keys[key_id].period = period
            self.oracle.record(actor, "updated", KEY, key_id)

    @rule(actor=actors, at=replicas, alias=aliases, setting=SETTINGS)
    def issue_with_metadata(self, actor: str, at: int, alias: str, setting: str) -> None:
        alias = self.own(alias)
        body = {"alias": alias, "max_budget": 1.0, "metadata": {setting: "1"}}
        answer = self.ask(actor, at, "POST", "/keys/generate", json=body)
        if self.expect(answer, self.oracle.issuing(actor, alias, 1.0, None)):
            self.learn(answer.json(), KeyState(actor, alias, 1.0, None))
            self.oracle.record(actor, "created", KEY, answer.json()["token"])

    @rule(actor=actors, at=replicas, team=which, model=models)
    def change_models(self, actor: str, at: int, team: int, model: str) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "PATCH", f"/teams/{team_id}", json={"models": [model]})
        if self.expect(answer, self.oracle.changing_models(actor, team_id, model)):
            self.oracle.teams[team_id].model = model
            self.oracle.teams[team_id].leave()
            self.oracle.record(actor, "updated", TEAM, team_id)

    @rule(at=replicas, key=which)
    def report_a_leak(self, at: int, key: int) -> None:
        """Anybody reports a key, which may be deleted, blocked, or reported already."""
        key_id = self.some_key(key)
        self.world.steps += 1
        self.world.report_leak(at, self.secrets.get(key_id, "sk-unknown-key-of-nobody"))
        self.oracle.leaking(key_id)

    @rule(actor=actors, key=which)
    def block_and_unblock_together(self, actor: str, key: int) -> None:
        """The second request wins. A change without effect leaves no record."""
        key_id = self.some_key(key)
        calls = [("POST", f"/keys/{key_id}/block"), ("POST", f"/keys/{key_id}/unblock")]
        blocked, unblocked = self.ask_together(actor, calls)
        self.expect(blocked, self.oracle.touching(actor, key_id))
        if not self.expect(unblocked, self.oracle.unblocking(actor, key_id)):
            return
        before, now = self.oracle.keys[key_id].block, self.is_blocked(actor, key_id)
        self.oracle.keys[key_id].block = "owner" if now else None
        self.oracle.keys[key_id].is_known = True
        if now or bool(before) == now:
            self.oracle.record(actor, "blocked", KEY, key_id)
        if not now or bool(before) == now:
            self.oracle.record(actor, "unblocked", KEY, key_id)

    def is_blocked(self, actor: str, key_id: str) -> bool:
        shown = self.ask(actor, 0, "GET", "/keys").json()
        return next(bool(key["blocked"]) for key in shown if key["token"] == key_id)

    @rule(actor=actors, at=replicas, key=which, action=st.sampled_from(["block", "unblock", "update"]))
    def from_a_foreign_page(self, actor: str, at: int, key: int, action: str) -> None:
        path = f"/keys/{self.some_key(key)}/{action}"
        sent: dict[str, Any] = {"json": {"max_budget": 2.0}} if action == "update" else {}
        self.expect(self.ask(actor, at, "POST", path, headers=FOREIGN, **sent), FORBIDDEN)

    @rule(owner=actors, alias=aliases)
    def administrator_creates_a_wide_key(self, owner: str, alias: str) -> None:
        """Create a key outside of Keydesk that may create further keys. Its owner sees it with a mark."""
        alias = self.own(alias)
        if self.oracle.issuing(owner, alias, 5.0, None) != GRANTED:
            return
        self.ask(owner, 0, "GET", "/user/info")
        body = {"user_id": self.scene.user_id(owner), "key_alias": alias, "max_budget": 5.0}
        made = self.world.in_litellm("POST", "/key/generate", json=body).json()
        self.world.time_goes_by()
        shown = self.ask(owner, 0, "GET", "/keys").json()
        key_id = next(key["token"] for key in shown if key["key_alias"] == alias)
        state = KeyState(owner, alias, 5.0, None, is_wide=True, is_known=False, days=None)
        self.learn({"token": key_id, "key": made["key"]}, state)

    @rule(actor=actors, at=replicas, key=which)
    def adopt(self, actor: str, at: int, key: int) -> None:
        key_id = self.some_key(key)
        if self.expect(
            self.ask(actor, at, "POST", f"/keys/{key_id}/adopt"), self.oracle.touching(actor, key_id)
        ):
            self.oracle.adopt(actor, key_id)

    @rule(team=which, blocks=st.booleans())
    def administrator_blocks_a_team(self, team: int, blocks: bool) -> None:
        team_id = self.some_team(team)
        state = self.oracle.teams.get(team_id)
        # Blocking a blocked team changes nothing in LiteLLM, so it stays the group's block.
        if state is None or bool(state.block) == blocks:
            return
        self.world.in_litellm("POST", "/team/block" if blocks else "/team/unblock", json={"team_id": team_id})
        self.world.time_goes_by()
        by: Literal["group", "admin"] = "group" if state.was_left_blocked else "admin"
        state.block = by if blocks else None
