"""The expected state of requests for larger budgets of keys, and of what was granted for a time. Pure."""

from dataclasses import dataclass, field

from tests.property.machine.oracle import (
    ABSENT,
    CEILING,
    FORBIDDEN,
    GRANTED,
    INVALID,
    KEY,
    LONGEST_DAYS,
    MEMBER,
    TAKEN,
    Budget,
    Oracle,
)

APPROVERS = ("olga", "carol")
SECOND_ABOVE = 40.0
MOST_OPEN = 20


@dataclass
class Asked:
    requester: str
    key_id: str
    amount: float
    for_a_time: bool
    before: float
    state: str = "pending"
    first: tuple[str, float] | None = None


@dataclass
class AskedToJoin:
    """A request to join a team. `amount` is the budget of the member there."""

    requester: str
    team_id: str
    amount: float | None
    state: str = "pending"


@dataclass
class AskedToLive:
    """A request for a lifetime of a key beyond the policy: its days, or None for a key that never expires."""

    requester: str
    key_id: str
    days: int | None
    was_endless: bool
    state: str = "pending"


@dataclass
class Running:
    request_id: str
    base: float
    larger: float

    def rest(self, current: Budget) -> Budget:
        """Return what remains: only the difference is taken back, and never more than there was before."""
        if current is None or current == self.larger:
            return None if current is None else self.base
        return min(current, max(self.base, round(current - (self.larger - self.base), 6)))


@dataclass
class Requests:
    oracle: Oracle
    asked: dict[str, Asked] = field(default_factory=dict)
    joining: dict[str, AskedToJoin] = field(default_factory=dict)
    living: dict[str, AskedToLive] = field(default_factory=dict)
    running: dict[str, Running] = field(default_factory=dict)
    """What was granted for a time, by key id."""

    def budget_without_grant(self, key_id: str) -> Budget:
        current, running = self.oracle.keys[key_id].budget, self.running.get(key_id)
        return running.rest(current) if running else current

    @property
    def all(self) -> "dict[str, Asked | AskedToJoin | AskedToLive]":
        return {**self.asked, **self.joining, **self.living}

    def has_too_many(self, actor: str) -> bool:
        own = [each for each in self.all.values() if each.requester == actor and each.state == "pending"]
        return len(own) >= MOST_OPEN

    def asking(self, actor: str, key_id: str, amount: float) -> int:
        if self.has_too_many(actor):
            return TAKEN
        if self.oracle.touching(actor, key_id) == ABSENT:
            return ABSENT
        budget = self.budget_without_grant(key_id)
        if budget is None:
            return FORBIDDEN
        return INVALID if amount <= budget else GRANTED

    def deciding(self, actor: str, request_id: str) -> int:
        asked = self.all.get(request_id)
        if asked is None or actor not in APPROVERS:
            return ABSENT
        if actor == asked.requester:
            return FORBIDDEN
        return GRANTED if asked.state == "pending" else TAKEN

    def waits_for_another(self, actor: str, request_id: str, amount: float) -> bool:
        first = self.asked[request_id].first
        return amount > SECOND_ABOVE and (first is None or first[0] == actor)

    def approving(self, actor: str, request_id: str, amount: float, seen: Budget) -> int:
        refused = self.deciding(actor, request_id)
        if refused != GRANTED or self.waits_for_another(actor, request_id, amount):
            return refused
        asked = self.asked[request_id]
        if amount > SECOND_ABOVE and asked.first is not None and amount > asked.first[1]:
            return FORBIDDEN
        if self.oracle.touching(asked.requester, asked.key_id) == ABSENT:
            return ABSENT
        budget = self.budget_without_grant(asked.key_id)
        if budget is None or amount <= budget or budget not in (asked.before, seen):
            return TAKEN
        return GRANTED

    def approve(self, actor: str, request_id: str, amount: float) -> None:
        asked = self.asked[request_id]
        if self.waits_for_another(actor, request_id, amount):
            asked.first = (actor, amount)
            return
        base = self.budget_without_grant(asked.key_id)
        earlier = self.running.pop(asked.key_id, None)
        if earlier is not None:
            self.asked[earlier.request_id].state = "ended"
        if asked.for_a_time and base is not None:
            self.running[asked.key_id] = Running(request_id, base, amount)
        asked.state = "granted" if asked.for_a_time else "approved"
        self.oracle.keys[asked.key_id].budget = amount
        self.oracle.record(actor, "updated", KEY, asked.key_id)

    def withdrawing(self, actor: str, request_id: str) -> int:
        asked = self.all.get(request_id)
        if asked is None or asked.requester != actor:
            return ABSENT
        return GRANTED if asked.state == "pending" else TAKEN

    def asking_to_join(self, actor: str, team_id: str) -> int:
        if self.has_too_many(actor):
            return TAKEN
        team = self.oracle.teams.get(team_id)
        if team is None:
            return ABSENT
        if actor in team.members:
            return TAKEN
        return FORBIDDEN if team.block else GRANTED

    def approving_to_join(self, actor: str, request_id: str, budget: Budget) -> int:
        refused = self.deciding(actor, request_id)
        if refused != GRANTED:
            return refused
        asked = self.joining[request_id]
        if budget is not None and asked.amount is not None and budget > asked.amount:
            return FORBIDDEN
        team = self.oracle.teams.get(asked.team_id)
        if team is None:
            return ABSENT
        if asked.requester in team.members:
            return TAKEN
        wanted = asked.amount if budget is None else budget
        is_within = wanted is None or wanted * 30 <= CEILING * team.days
        return GRANTED if is_within else FORBIDDEN

    def let_join(self, actor: str, request_id: str) -> None:
        asked = self.joining[request_id]
        asked.state = "approved"
        self.oracle.teams[asked.team_id].members.add(asked.requester)
        self.oracle.record(actor, "created", MEMBER, asked.team_id)

    def asking_to_live(self, actor: str, key_id: str, days: int | None) -> int:
        if self.has_too_many(actor):
            return TAKEN
        if self.oracle.touching(actor, key_id) == ABSENT:
            return ABSENT
        key = self.oracle.keys[key_id]
        if key.block:
            return FORBIDDEN
        if days is None:
            return GRANTED
        return INVALID if days <= LONGEST_DAYS or (key.days or 0) > days else GRANTED

    def approving_to_live(self, actor: str, request_id: str) -> int:
        refused = self.deciding(actor, request_id)
        if refused != GRANTED:
            return refused
        asked = self.living[request_id]
        if self.oracle.touching(asked.requester, asked.key_id) == ABSENT:
            return ABSENT
        days = self.oracle.keys[asked.key_id].days
        if days is None:
            return GRANTED if asked.was_endless else TAKEN
        return TAKEN if asked.days is not None and asked.days < days else GRANTED

    def let_live(self, actor: str, request_id: str) -> None:
        asked = self.living[request_id]
        for other in self.living.values():
            if other.key_id == asked.key_id and other.state == "granted":
                other.state = "ended"
        asked.state = "granted" if asked.days is not None else "approved"
        self.oracle.keys[asked.key_id].days = asked.days
        self.oracle.record(actor, "extended", KEY, asked.key_id)

    def end_all(self) -> None:
        for key_id, running in self.running.items():
            self.asked[running.request_id].state = "ended"
            if key_id in self.oracle.keys:
                self.oracle.keys[key_id].budget = running.rest(self.oracle.keys[key_id].budget)
        self.running.clear()
