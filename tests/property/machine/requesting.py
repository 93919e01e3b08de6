"""Actions on requests for larger budgets: who may decide, how much, and what remains after the end."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.property.machine.actions import actors, replicas, which
from tests.property.machine.bending import Bending
from tests.property.machine.request_oracle import Asked, Requests

amounts = st.sampled_from([6.0, 8.0, 39.99, 60.0, 0.5])
parts = st.sampled_from([1.0, 1.0, 0.5, 0.9])
UNKNOWN = "0" * 32


class Requesting(Bending):
    def __init__(self) -> None:
        super().__init__()
        self.requests = Requests(self.oracle)

    def some_request(self, number: int, ids: Collection[str] | None = None) -> str:
        """Return one of the latest requests, or of those with these ids."""
        known = [*(self.requests.all if ids is None else ids)]
        return known[-1 - number % len(known)] if known else UNKNOWN

    @rule(actor=actors, at=replicas, key=which, amount=amounts, for_a_time=st.booleans())
    def request_budget(self, actor: str, at: int, key: int, amount: float, *, for_a_time: bool) -> None:
        key_id = self.some_key(key)
        until = (datetime.now(UTC) + timedelta(days=1)).isoformat() if for_a_time else None
        body = {
            "kind": "key_budget",
            "key_id": key_id,
            "max_budget": amount,
            "until": until,
            "reason": "A project",
        }
        answer = self.ask(actor, at, "POST", "/requests", json=body)
        if self.expect(answer, self.requests.asking(actor, key_id, amount)):
            before = self.requests.budget_without_grant(key_id)
            assert before is not None
            assert answer.json()["previous_budget"] == before
            request_id = answer.json()["id"]
            self.requests.asked[request_id] = Asked(actor, key_id, amount, for_a_time, before)

    @rule(actor=actors, at=replicas, request=which, part=parts, knows=st.booleans())
    def approve_request(self, actor: str, at: int, request: int, part: float, *, knows: bool) -> None:
        request_id = self.some_request(request, self.requests.asked)
        asked = self.requests.asked.get(request_id)
        amount = round(asked.amount * part, 2) if asked else 1.0
        is_there = knows and asked is not None and asked.key_id in self.oracle.keys
        seen = self.requests.budget_without_grant(asked.key_id) if asked and is_there else None
        body = {"max_budget": amount, "current_budget": seen}
        answer = self.ask(actor, at, "POST", f"/requests/{request_id}/approve", json=body)
        if self.expect(answer, self.requests.approving(actor, request_id, amount, seen)):
            self.requests.approve(actor, request_id, amount)
            assert answer.json()["state"] == self.requests.asked[request_id].state

    @rule(actor=actors, at=replicas, request=which)
    def decline_request(self, actor: str, at: int, request: int) -> None:
        request_id = self.some_request(request)
        answer = self.ask(actor, at, "POST", f"/requests/{request_id}/decline", json={"reason": "No"})
        if self.expect(answer, self.requests.deciding(actor, request_id)):
            self.requests.all[request_id].state = "declined"

    @rule(actor=actors, at=replicas, request=which)
    def withdraw_request(self, actor: str, at: int, request: int) -> None:
        request_id = self.some_request(request)
        answer = self.ask(actor, at, "POST", f"/requests/{request_id}/withdraw")
        if self.expect(answer, self.requests.withdrawing(actor, request_id)):
            self.requests.all[request_id].state = "withdrawn"

    @rule(at=replicas)
    def end_all_grants(self, at: int) -> None:
        self.world.steps += 1
        self.world.end_grants(at, [*self.requests.running])
        self.requests.end_all()

    @rule(actor=actors, at=replicas)
    def look_at_requests(self, actor: str, at: int) -> None:
        answer = self.ask(actor, at, "GET", "/requests")
        self.expect(answer, 200)
        expected = {key: each.state for key, each in self.requests.all.items() if each.requester == actor}
        assert {each["id"]: each["state"] for each in answer.json()} == expected
