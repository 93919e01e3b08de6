"""Actions on requests of other kinds than budgets: to join a team, and for a longer lifetime of a key."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.machine.actions import actors, replicas, which
from tests.property.machine.request_oracle import AskedToJoin, AskedToLive
from tests.property.machine.requesting import Requesting

own_budgets = st.sampled_from([None, None, 5.0, 30.0, 39.0])
lifetimes = st.sampled_from([None, 20, 60, 200, 300])
REASON = {"reason": "A project"}


class OtherRequests(Requesting):
    @rule(actor=actors, at=replicas, team=which, budget=own_budgets)
    def request_membership(self, actor: str, at: int, team: int, budget: float | None) -> None:
        team_id = self.some_team(team)
        body = {"kind": "team_membership", "team_id": team_id, "max_budget": budget, **REASON}
        answer = self.ask(actor, at, "POST", "/requests", json=body)
        if self.expect(answer, self.requests.asking_to_join(actor, team_id)):
            self.requests.joining[answer.json()["id"]] = AskedToJoin(actor, team_id, budget)

    @rule(actor=actors, at=replicas, request=which, budget=own_budgets)
    def approve_membership(self, actor: str, at: int, request: int, budget: float | None) -> None:
        request_id = self.some_request(request, self.requests.joining)
        asked = self.requests.joining.get(request_id)
        budget = budget if asked and asked.amount else None
        answer = self.ask(actor, at, "POST", f"/requests/{request_id}/approve", json={"max_budget": budget})
        if self.expect(answer, self.requests.approving_to_join(actor, request_id, budget)):
            self.requests.let_join(actor, request_id)

    @rule(actor=actors, at=replicas, key=which, days=lifetimes)
    def request_lifetime(self, actor: str, at: int, key: int, days: int | None) -> None:
        key_id = self.some_key(key)
        # A later request of the same days ends later, however fast the machine is.
        days = days and days + len(self.requests.living)
        until = None if days is None else (datetime.now(UTC) + timedelta(days=days)).isoformat()
        body = {"kind": "key_lifetime", "key_id": key_id, "until": until, **REASON}
        answer = self.ask(actor, at, "POST", "/requests", json=body)
        if self.expect(answer, self.requests.asking_to_live(actor, key_id, days)):
            is_endless = self.oracle.keys[key_id].days is None
            self.requests.living[answer.json()["id"]] = AskedToLive(actor, key_id, days, is_endless)

    @rule(actor=actors, at=replicas, request=which)
    def approve_lifetime(self, actor: str, at: int, request: int) -> None:
        request_id = self.some_request(request, self.requests.living)
        answer = self.ask(actor, at, "POST", f"/requests/{request_id}/approve", json={})
        if self.expect(answer, self.requests.approving_to_live(actor, request_id)):
            self.requests.let_live(actor, request_id)
            assert answer.json()["state"] == self.requests.living[request_id].state
