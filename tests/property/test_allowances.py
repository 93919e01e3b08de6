"""Whatever people create, change and delete, their keys never spend more than the allowance in a day or a month.

The oracle knows only LiteLLM: a key can spend until its spend is at its budget, and LiteLLM resets the spend at
midnight or on the first of the month. It spends as much as it can, and counts every dollar.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keydesk.allowances.models import Holding
from keydesk.allowances.policy import check_change
from keydesk.allowances.spending import given_up
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Key
from keydesk.settings import AllowanceRules

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 7, 1, tzinfo=UTC)
A_DAY, A_MONTH = 7.0, 20.0
TINY = Fraction(1, 10**6)
PERIODS = ["1d", "30d", None]
budgets = st.tuples(st.integers(1, 40).map(lambda quarters: quarters / 4), st.sampled_from(PERIODS))
which = st.integers(0, 5)
actions = st.one_of(
    st.tuples(st.just("create"), budgets),
    st.tuples(st.just("change"), st.tuples(which, budgets)),
    st.tuples(st.just("delete"), which),
    st.tuples(st.just("spend"), st.tuples(which, st.integers(1, 4))),
    st.tuples(st.just("wait"), st.integers(1, 3)),
)


@dataclass
class World:
    """Keys in LiteLLM, and what Keydesk remembers."""

    now: datetime = START
    keys: dict[str, Key] = field(default_factory=dict)
    remembered: list[tuple[int, Fraction, datetime]] = field(default_factory=list)
    today: Fraction = Fraction()
    month: Fraction = Fraction()
    made: int = 0

    def create(self, budget: tuple[float, str | None]) -> None:
        self.made += 1
        usd, period = budget
        new = Key(
            token_hash="h",
            max_budget=usd,
            budget_duration=period,
            budget_reset_at=self.next_reset(period),
            created_at=self.now,
        )
        if self.fits("new", new):
            self.keys[f"key{self.made}"] = new

    def change(self, what: tuple[int, tuple[float, str | None]]) -> None:
        number, (usd, period) = what
        if (key_id := self.chosen(number)) is None:
            return
        before = self.keys[key_id]
        # LiteLLM keeps the spend, and without a period also the next reset.
        resets_at = before.budget_reset_at if period is None else self.next_reset(period)
        changed = {"max_budget": usd, "budget_duration": period}
        after = before.model_copy(update=changed)
        if self.fits(key_id, after):
            self.remember(before, after)
            self.keys[key_id] = after.model_copy(update={"budget_reset_at": resets_at})

    def delete(self, number: int) -> None:
        if (key_id := self.chosen(number)) is not None:
            self.remember(self.keys.pop(key_id), None)

    def spend(self, what: tuple[int, int]) -> None:
        number, quarters = what
        if (key_id := self.chosen(number)) is not None:
            key = self.keys[key_id]
            self.use(key_id, (key.max_budget or 0.0) * quarters / 4)

    def wait(self, days: int) -> None:
        for _ in range(days):
            self.use_everything(lambda key: key.budget_duration == "1d")
            self.pass_midnight()

    def use_everything(self, which_keys: Callable[[Key], bool]) -> None:
        for key_id, key in self.keys.items():
            if which_keys(key):
                self.use(key_id, key.max_budget or 0.0)
        assert self.today <= Fraction(A_DAY) + TINY
        assert self.month <= Fraction(A_MONTH) + TINY

    def use(self, key_id: str, usd: float) -> None:
        key = self.keys[key_id]
        spent = min(usd, max(0.0, (key.max_budget or 0.0) - key.spend))
        self.today, self.month = self.today + Fraction(spent), self.month + Fraction(spent)
        self.keys[key_id] = key.model_copy(update={"spend": key.spend + spent})

    def pass_midnight(self) -> None:
        midnight = self.now.replace(hour=0) + timedelta(days=1)
        if midnight >= NEXT_MONTH:
            return
        self.now, self.today = midnight + timedelta(hours=9), Fraction()
        for key_id, key in self.keys.items():
            if key.budget_reset_at is not None and key.budget_reset_at <= midnight:
                reset = {"spend": 0.0, "budget_reset_at": self.next_reset(key.budget_duration)}
                self.keys[key_id] = key.model_copy(update=reset)

    def next_reset(self, period: str | None) -> datetime | None:
        tomorrow = self.now.replace(hour=0) + timedelta(days=1)
        return {"1d": tomorrow, "30d": NEXT_MONTH, None: None}[period]

    def chosen(self, number: int) -> str | None:
        return [*self.keys][number % len(self.keys)] if self.keys else None

    def fits(self, key_id: str, key: Key) -> bool:
        counted: dict[int, Fraction] = {}
        for days, usd, ends_at in self.remembered:
            if ends_at > self.now:
                counted[days] = counted.get(days, Fraction()) + usd
        rules = AllowanceRules(usd_per_day=A_DAY, usd_per_month=A_MONTH)
        try:
            check_change(Holding(rules, self.keys, None, counted), key_id, key, self.now)
        except PolicyRefused:
            return False
        return True

    def remember(self, before: Key, after: Key | None) -> None:
        for window, usd in given_up(before, after, self.now).items():
            self.remembered.append((window.days, usd, window.ends_at(self.now)))


@settings(max_examples=300)
@given(st.lists(actions, max_size=25))
def test_the_keys_never_spend_more_than_the_allowance(steps: list[tuple[str, Any]]) -> None:
    world = World()
    for name, what in steps:
        getattr(world, name)(what)
    world.use_everything(lambda _: True)


def test_the_allowance_can_be_used_completely() -> None:
    """The rules do not win by refusing everything."""
    world = World()
    for _ in range(2):
        world.create((A_DAY, "30d"))
        world.use_everything(lambda _: True)
        world.delete(0)
        world.wait(1)
    world.create((A_MONTH - 2 * A_DAY, None))
    world.use_everything(lambda _: True)
    assert world.month == Fraction(A_MONTH)
