"""Actions on the keys that teams own: of their admins, and of people who may not."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.machine.actions import Acting, actors, aliases, budgets, replicas, which
from tests.property.machine.oracle import KEY, SHOWN, Budget, KeyState


class Serving(Acting):
    @rule(actor=actors, at=replicas, alias=aliases, budget=budgets, team=which)
    def issue_for_team(self, actor: str, at: int, alias: str, budget: Budget, team: int) -> None:
        team_id, alias = self.some_team(team), self.own(alias)
        body = {"alias": alias, "max_budget": budget, "contacts": [self.scene.ref("jane")]}
        answer = self.ask(actor, at, "POST", f"/teams/{team_id}/service-keys", json=body)
        if self.expect(answer, self.oracle.issuing_for_team(actor, alias, budget, team_id)):
            self.learn(answer.json(), KeyState(self.oracle.team_owner(team_id), alias, budget, team_id))
            self.oracle.record(actor, "created", KEY, answer.json()["token"])

    @rule(actor=actors, at=replicas, key=which, budget=budgets)
    def change_budget_of_service_key(self, actor: str, at: int, key: int, budget: Budget) -> None:
        team_id, key_id = self._service_key(key)
        path = f"/teams/{team_id}/service-keys/{key_id}"
        answer = self.ask(actor, at, "PATCH", path, json={"max_budget": budget})
        if self.expect(answer, self.oracle.updating_for_team(actor, team_id, key_id, budget)):
            self.oracle.keys[key_id].budget = budget
            self.oracle.record(actor, "updated", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which, blocks=st.booleans())
    def block_service_key(self, actor: str, at: int, key: int, blocks: bool) -> None:
        team_id, key_id = self._service_key(key)
        action = "block" if blocks else "unblock"
        answer = self.ask(actor, at, "POST", f"/teams/{team_id}/service-keys/{key_id}/{action}")
        expected = self.oracle.blocking_for_team(actor, team_id, key_id, blocks=blocks)
        if self.expect(answer, expected) and bool(self.oracle.keys[key_id].block) != blocks:
            self.oracle.keys[key_id].block = "owner" if blocks else None
            self.oracle.record(actor, f"{action}ed", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which)
    def rotate_service_key(self, actor: str, at: int, key: int) -> None:
        """The end of a leaked secret has a test of its own (tests/api/leaks)."""
        team_id, key_id = self._service_key(key)
        if key_id in self.oracle.keys and self.oracle.keys[key_id].block == "leak":
            return
        path = f"/teams/{team_id}/service-keys/{key_id}/rotate"
        answer = self.ask(actor, at, "POST", path, json={"overlap": "1h"})
        if self.expect(answer, self.oracle.rotating_for_team(actor, team_id, key_id)):
            self.previous[key_id] = self.secrets[key_id]
            self.secrets[key_id] = answer.json()["key"]
            self.oracle.record(actor, "rotated", KEY, key_id)

    @rule(actor=actors, at=replicas, key=which)
    def delete_service_key(self, actor: str, at: int, key: int) -> None:
        team_id, key_id = self._service_key(key)
        answer = self.ask(actor, at, "DELETE", f"/teams/{team_id}/service-keys/{key_id}")
        if self.expect(answer, self.oracle.serving(actor, team_id, key_id)):
            del self.oracle.keys[key_id]
            self.oracle.record(actor, "deleted", KEY, key_id)

    @rule(actor=actors, at=replicas, team=which)
    def look_at_service_keys(self, actor: str, at: int, team: int) -> None:
        team_id = self.some_team(team)
        answer = self.ask(actor, at, "GET", f"/teams/{team_id}/service-keys")
        if self.expect(answer, self.oracle.managing(actor, team_id)):
            shown = {key["token"]: {name: key[name] for name in SHOWN} for key in answer.json()}
            expected = self.oracle.keys_of(self.oracle.team_owner(team_id))
            assert shown == {key_id: key.shown() for key_id, key in expected.items()}

    def _service_key(self, number: int) -> tuple[str, str]:
        """Return a team, and a key of it, of a person or of another team."""
        key_id = self.some_key(number)
        key = self.oracle.keys.get(key_id)
        return (key.team if key and key.team else self.some_team(number)), key_id
