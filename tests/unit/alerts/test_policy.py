"""Which alerts a budget gives over time: once for each threshold and period, and again after a reset or a raise."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from keydesk.alerts.models import Alert, AlertRules, Choice, Figure, Watched
from keydesk.alerts.policy import judged, rules_of
from keydesk.kit.notice_kind import NoticeKind
from keydesk.settings import Alerts

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
RESET = datetime(2026, 5, 31, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = AlertRules((80, 95, 100), forecast=False, jump_factor=None, jump_floor=10.0)


@dataclass
class Story:
    """Checks of one budget, one after the other."""

    rules: AlertRules = RULES
    now: datetime = NOON
    budget: float | None = 100.0
    resets_at: datetime | None = RESET
    watched: Watched | None = None
    periods: set[str] = field(default_factory=set)

    def alerts(self, spend: float, later: timedelta = timedelta(minutes=10)) -> list[Alert]:
        self.now += later
        figure = Figure("key_1", spend, self.budget, self.resets_at)
        self.watched, alerts = judged(figure, self.watched, self.rules, self.now)
        return alerts

    def passed(self, spend: float, later: timedelta = timedelta(minutes=10)) -> list[str]:
        """Return the thresholds of the alerts. Each must have a name of its own for its period."""
        found = [each for each in self.alerts(spend, later) if each.kind is NoticeKind.BUDGET_THRESHOLD]
        for each in found:
            name = f"{each.threshold} {each.period}"
            assert name not in self.periods
            self.periods.add(name)
        return [each.threshold for each in found]


def test_each_threshold_gives_one_alert() -> None:
    story = Story()
    spends = (0, 79.99, 80, 80, 94, 95, 99, 100, 130, 130)
    assert [story.passed(spend) for spend in spends] == [[], [], ["80"], [], [], ["95"], [], ["100"], [], []]


def test_thresholds_that_are_passed_together_give_one_alert_with_the_highest() -> None:
    story = Story()
    assert story.passed(50) == []
    assert story.passed(101) == ["100"]
    assert story.passed(102) == []


def test_a_budget_that_is_used_up_when_it_is_first_seen_gives_one_alert() -> None:
    story = Story()
    assert [story.passed(96), story.passed(97)] == [["95"], []]


def test_a_reset_begins_again() -> None:
    story = Story()
    assert story.passed(85) == ["80"]
    story.now, story.resets_at = RESET, RESET + 30 * DAY
    assert story.passed(2) == []
    assert story.passed(85) == ["80"]


def test_a_reset_is_seen_although_the_spend_is_higher_than_before_it() -> None:
    story = Story()
    assert story.passed(81) == ["80"]
    story.now, story.resets_at = RESET, RESET + 30 * DAY
    assert story.passed(90) == ["80"]


def test_a_spend_that_is_reset_by_hand_begins_again() -> None:
    story = Story(resets_at=None)
    assert [story.passed(spend) for spend in (85, 0, 85)] == [["80"], [], ["80"]]


def test_a_figure_from_before_the_reset_changes_nothing() -> None:
    story = Story()
    assert story.passed(85) == ["80"]
    story.now = RESET + DAY
    assert story.passed(85) == []


def test_a_later_reset_of_a_running_period_changes_nothing() -> None:
    story = Story()
    assert story.passed(85) == ["80"]
    story.resets_at = RESET + 10 * DAY
    assert story.passed(86) == []


def test_a_raise_begins_again_and_stays_quiet_about_thresholds_that_are_still_passed() -> None:
    story = Story()
    assert story.passed(100) == ["100"]
    story.budget = 120
    assert story.passed(100) == []
    assert [story.passed(spend) for spend in (113, 114, 120)] == [[], ["95"], ["100"]]
    story.budget = 1000
    assert [story.passed(spend) for spend in (130, 800)] == [[], ["80"]]


def test_a_lowered_budget_alerts_only_about_thresholds_that_it_passes_for_the_first_time() -> None:
    story = Story()
    assert story.passed(85) == ["80"]
    story.budget = 100.0 * 85 / 94
    assert story.passed(85) == []
    story.budget = 85
    assert story.passed(85) == ["100"]


def test_a_budget_that_is_lowered_and_raised_again_begins_again() -> None:
    story = Story()
    assert story.passed(40) == []
    story.budget = 50
    assert story.passed(40) == ["80"]
    story.budget = 100
    assert story.passed(40) == []
    assert story.passed(80) == ["80"]


@pytest.mark.parametrize("budget", [None, 0.0])
def test_without_a_budget_nothing_is_passed(budget: float | None) -> None:
    story = Story(budget=budget)
    assert [story.passed(spend) for spend in (0, 1000)] == [[], []]
    story.budget = 1000
    assert story.passed(1000) == ["100"]


def test_a_budget_that_does_not_move_is_written_once_a_week() -> None:
    story = Story()
    story.alerts(10)
    first = story.watched
    story.alerts(10, DAY)
    assert story.watched == first
    story.alerts(10, 6 * DAY)
    assert story.watched is not None
    assert (story.watched.version, story.watched.seen_on) == (2, story.now.date())


def test_own_thresholds_replace_those_of_the_settings() -> None:
    settings = Alerts(jump_factor=5, jump_floor=3)
    rules = rules_of(settings, Choice((50,), forecast=False, jumps=False))
    assert rules == AlertRules((50,), forecast=False, jump_factor=None, jump_floor=3)
    assert rules_of(settings, None) == AlertRules((80, 95, 100), forecast=True, jump_factor=5, jump_floor=3)
    story = Story(rules=rules)
    assert [story.passed(spend) for spend in (50, 100)] == [["50"], []]


class TestForecast:
    """The forecast uses the spend of the last seven days, as the counter moved."""

    RULES = replace(RULES, forecast=True)

    def kinds(self, story: Story, spend: float, later: timedelta = DAY) -> list[NoticeKind]:
        return [each.kind for each in story.alerts(spend, later)]

    def test_one_alert_says_that_the_budget_ends_before_its_reset(self) -> None:
        story = Story(rules=self.RULES)
        found = [self.kinds(story, 5.0 * day) for day in range(15)]
        assert found.count([NoticeKind.BUDGET_FORECAST]) == 1
        assert found.count([]) == 14

    def test_a_budget_that_lasts_until_its_reset_gives_none(self) -> None:
        story = Story(rules=self.RULES)
        assert [self.kinds(story, 2.0 * day) for day in range(15)] == [[]] * 15

    @pytest.mark.parametrize(("budget", "resets_at"), [(None, RESET), (100.0, None), (100.0, NOON)])
    def test_without_a_limit_or_a_reset_in_the_future_there_is_none(
        self, budget: float | None, resets_at: datetime | None
    ) -> None:
        story = Story(rules=self.RULES, budget=budget, resets_at=resets_at)
        assert [self.kinds(story, 5.0 * day) for day in range(15)] == [[]] * 15

    def test_a_threshold_at_the_same_time_says_both(self) -> None:
        story = Story(rules=replace(self.RULES, thresholds=(80,)))
        story.alerts(1)
        (alert,) = story.alerts(81, DAY)
        assert (alert.kind, alert.threshold) == (NoticeKind.BUDGET_THRESHOLD, "80")
        assert alert.used_up_on is not None
        assert self.kinds(story, 85, timedelta(hours=1)) == []

    def test_a_reset_and_a_raise_begin_again(self) -> None:
        story = Story(rules=replace(self.RULES, thresholds=()))
        assert self.kinds(story, 0) == []
        assert self.kinds(story, 50) == [NoticeKind.BUDGET_FORECAST]
        story.budget = 110
        assert self.kinds(story, 51) == [NoticeKind.BUDGET_FORECAST]
        story.now, story.resets_at = RESET, RESET + 30 * DAY
        assert self.kinds(story, 0) == []
        assert self.kinds(story, 80) == [NoticeKind.BUDGET_FORECAST]


def test_a_reset_is_not_spend_of_the_day() -> None:
    story = Story()
    story.alerts(90)
    story.alerts(95)
    story.alerts(3)
    assert story.watched is not None
    assert story.watched.days == {NOON.date(): 8}
