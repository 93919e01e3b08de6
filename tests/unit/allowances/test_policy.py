"""What all keys of one owner may have together: new keys, changes of keys, and what deleted keys have spent."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from keydesk.allowances.models import Holding
from keydesk.allowances.policy import check_change, left_usd, view_of
from keydesk.allowances.spending import given_up, may_spend
from keydesk.allowances.windows import WINDOWS
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Key, User
from keydesk.settings import AllowanceRules

NOW = datetime(2026, 6, 17, 15, 30, tzinfo=UTC)
"""A Wednesday."""
TOMORROW = datetime(2026, 6, 18, tzinfo=UTC)
NEXT_WEEK = datetime(2026, 6, 22, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 7, 1, tzinfo=UTC)
DAY, WEEK, MONTH = WINDOWS
LONG_AGO = NOW - timedelta(days=400)


def key(usd: float | None, period: str | None = None, **fields: Any) -> Key:
    return Key(
        **{"token_hash": "h", "max_budget": usd, "budget_duration": period, "created_at": LONG_AGO} | fields
    )


def holding(*keys: Key, account: User | None = None, **rules: Any) -> Holding:
    found = {f"key{number}": each for number, each in enumerate(keys)}
    return Holding(AllowanceRules(**rules), found, account or User(user_id="jane"), {})


def refusal(of: Holding, new: Key, key_id: str = "new") -> PolicyRefused:
    with pytest.raises(PolicyRefused) as refused:
        check_change(of, key_id, new, NOW)
    return refused.value


def amounts(before: Key, after: Key | None = None) -> dict[str, float]:
    return {window.period: float(usd) for window, usd in given_up(before, after, NOW).items()}


@pytest.mark.parametrize(
    ("period", "day", "week", "month"),
    [
        ("1d", 6, 42, 180),
        ("7d", 6, 6, pytest.approx(180 / 7)),
        ("30d", 6, 6, 6),
        ("1mo", 6, 6, 6),
        ("90d", 6, 6, 6),
        ("12h", 12, 84, 360),
        (None, 6, 6, 6),
    ],
)
def test_a_budget_counts_for_each_of_its_periods_and_never_less_than_once(
    period: str | None, day: float, week: float, month: float
) -> None:
    assert [float(may_spend(key(6, period), window) or 0) for window in WINDOWS] == [day, week, month]


@pytest.mark.parametrize("unlimited", [key(None), key(6, "monthly")])
def test_a_key_without_a_known_limit_has_none(unlimited: Key) -> None:
    assert [may_spend(unlimited, window) for window in WINDOWS] == [None] * 3


def test_windows_begin_and_end_when_litellm_resets_budgets() -> None:
    assert [window.began_at(NOW).day for window in WINDOWS] == [17, 15, 1]
    assert [window.ends_at(NOW) for window in WINDOWS] == [TOMORROW, NEXT_WEEK, NEXT_MONTH]
    january = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert MONTH.ends_at(january) == datetime(2026, 2, 1, tzinfo=UTC)


def test_the_last_dollar_fits_and_a_cent_more_does_not() -> None:
    jane = holding(key(0.1, "30d"), usd_per_month=0.3)
    check_change(jane, "new", key(0.2, "30d"), NOW)
    problem = refusal(jane, key(0.21, "30d"))
    assert problem.param == "max_budget"
    assert problem.error == (
        "All keys of the same owner can spend 0.30 US dollars a month together. 0.20 are left."
    )
    assert problem.hint == "The maximum for this key is 0.20 US dollars."
    assert problem.members["allowance"] == {"period": "30d", "limit": 0.3, "left": 0.2}


def test_the_hint_is_for_the_period_of_the_key() -> None:
    problem = refusal(holding(usd_per_month=30), key(2, "1d"))
    assert problem.hint == "The maximum for this key is 1 US dollars."


def test_every_window_is_checked() -> None:
    rules: dict[str, Any] = {"usd_per_day": 5.0, "usd_per_month": 50.0}
    assert refusal(holding(**rules), key(6, "30d")).members["allowance"]["period"] == "1d"
    check_change(holding(**rules), "new", key(1.5, "1d"), NOW)
    assert refusal(holding(**rules), key(2, "1d")).members["allowance"]["period"] == "30d"


def test_without_room_the_hint_says_how_to_make_some() -> None:
    problem = refusal(holding(key(30), usd_per_month=30), key(1))
    assert (problem.hint or "").startswith("Lower the limit of another key")


def test_a_team_key_without_a_budget_is_refused() -> None:
    account = User(user_id="jane", max_budget=1.0)
    problem = refusal(holding(account=account, usd_per_month=30), key(None, team_id="t"))
    assert (problem.param, problem.hint) == ("max_budget", "Set max_budget to a number.")


def test_personal_keys_without_a_budget_share_the_one_of_the_account() -> None:
    account = User(user_id="jane", max_budget=20.0, budget_duration="30d")
    jane = holding(key(None), account=account, usd_per_month=30)
    check_change(jane, "new", key(None), NOW)
    check_change(jane, "new", key(10, "30d"), NOW)
    assert refusal(jane, key(11, "30d")).members["allowance"]["left"] == 10.0
    assert refusal(holding(usd_per_month=30), key(None)).param == "max_budget"


def test_nothing_fits_beside_a_key_without_a_limit() -> None:
    problem = refusal(holding(key(None, team_id="t"), usd_per_month=30), key(1))
    assert (problem.hint or "").startswith("Another key has no limit.")


@pytest.mark.parametrize("rate", ["rpm_limit", "tpm_limit"])
def test_rates_are_added_up(rate: str) -> None:

    def limited(most: int) -> Key:
        fields: dict[str, Any] = {rate: most}
        return key(None, **fields)

    rules: dict[str, Any] = {rate: 100}
    jane = holding(limited(60), **rules)
    check_change(jane, "new", limited(40), NOW)
    problem = refusal(jane, limited(41))
    assert (problem.param, problem.hint) == (rate, f"Set {rate} to at most 40.")
    assert refusal(jane, key(None)).hint == f"Set {rate} to a number."
    assert refusal(holding(key(None), **rules), limited(1)).param == rate


def test_keys_without_a_rate_share_the_one_of_the_account() -> None:
    account = User(user_id="jane", rpm_limit=50)
    jane = holding(key(None), account=account, rpm_limit=100)
    check_change(jane, "new", key(None), NOW)
    check_change(jane, "new", key(None, rpm_limit=50), NOW)
    assert refusal(jane, key(None, rpm_limit=51)).param == "rpm_limit"


def test_a_key_that_breaks_the_rule_can_get_less_and_never_more() -> None:
    jane = holding(key(50, "30d", rpm_limit=90), usd_per_month=30, rpm_limit=60)
    for allowed in (key(50, "30d", rpm_limit=80), key(40, "30d", rpm_limit=90), key(12, "7d", rpm_limit=90)):
        with_spend = allowed.model_copy(update={"models": ("gpt-4o",)})
        if allowed.budget_duration == "30d":
            check_change(jane, "key0", with_spend, NOW)
    for refused in (key(51, "30d", rpm_limit=90), key(50, "7d", rpm_limit=90), key(None, rpm_limit=90)):
        assert refusal(jane, refused, "key0").param == "max_budget"
    assert refusal(jane, key(50, "30d", rpm_limit=91), "key0").param == "rpm_limit"


def test_a_deleted_key_counts_what_it_has_spent() -> None:
    spent = key(10, "30d", spend=4.0, budget_reset_at=NEXT_MONTH)
    assert amounts(spent) == {"1d": 4.0, "7d": 4.0, "30d": 4.0}
    assert amounts(key(10, "30d", budget_reset_at=NEXT_MONTH)) == {}


def test_a_deleted_key_counts_the_earlier_periods_of_a_window_completely() -> None:
    daily = key(2, "1d", spend=0.5, budget_reset_at=TOMORROW)
    assert amounts(daily) == {"1d": 0.5, "7d": 2 * 2 + 0.5, "30d": 16 * 2 + 0.5}
    new = daily.model_copy(update={"created_at": NOW})
    assert amounts(new) == {"1d": 0.5, "7d": 0.5, "30d": 0.5}


def test_a_deleted_key_never_counts_for_more_than_before() -> None:
    assert amounts(key(1, "30d", spend=1.2, budget_reset_at=NEXT_MONTH))["30d"] == 1.0


def test_a_smaller_budget_gives_back_only_what_is_not_spent() -> None:
    before = key(10, "30d", spend=9.0, budget_reset_at=NEXT_MONTH)
    assert amounts(before, before.model_copy(update={"max_budget": 2.0}))["30d"] == 7.0
    assert amounts(before, before.model_copy(update={"max_budget": 9.5})) == {}
    assert amounts(before, before.model_copy(update={"max_budget": 20.0})) == {}


def test_another_period_does_not_make_the_spend_disappear() -> None:
    """LiteLLM resets the spend of a key when the new period ends, which may be much earlier."""
    before = key(30, "30d", spend=30.0, budget_reset_at=NEXT_MONTH)
    after = before.model_copy(update={"max_budget": 1.0, "budget_duration": "1d"})
    jane = Holding(AllowanceRules(usd_per_month=30), {"key0": before}, None, {})
    problem = refusal(jane, after, "key0")
    assert problem.members["allowance"]["left"] == 0.0
    fresh = before.model_copy(update={"spend": 0.0, "created_at": NOW})
    jane = Holding(AllowanceRules(usd_per_month=30), {"key0": fresh}, None, {})
    check_change(jane, "key0", fresh.model_copy(update={"max_budget": 1.0, "budget_duration": "1d"}), NOW)


def test_a_smaller_daily_budget_keeps_the_days_that_are_over() -> None:
    daily = key(1, "1d", budget_reset_at=TOMORROW)
    lowered = daily.model_copy(update={"max_budget": 0.1})
    still = amounts(daily, lowered)["30d"] + 0.1 * 30
    assert still == pytest.approx(16 + 0.1 * 14)


def test_the_view_has_what_is_left() -> None:
    rules = AllowanceRules(usd_per_month=30, rpm_limit=10)
    jane = Holding(rules, {"key0": key(5, "30d", rpm_limit=4)}, None, {30: Fraction(2)})
    view = view_of(jane, NOW)
    (month,) = view.windows
    assert (month.period, month.used, month.left, month.given_up) == ("30d", 7.0, 23.0, 2.0)
    assert month.resets_at == NEXT_MONTH
    assert view.requests_per_minute is not None
    assert (view.requests_per_minute.used, view.requests_per_minute.left) == (4, 6)
    assert (view.tokens_per_minute, view.is_limited, view.is_exceeded) == (None, True, False)
    unlimited = view_of(Holding(rules, {"key0": key(None, team_id="t")}, None, {}), NOW)
    assert (unlimited.windows[0].used, unlimited.windows[0].left, unlimited.is_exceeded) == (None, 0.0, True)


def test_a_key_without_a_chosen_budget_gets_what_is_left() -> None:
    assert left_usd(holding(key(25, "30d"), usd_per_month=30, usd_per_day=28), key(50)) == 3.0
    assert left_usd(holding(usd_per_month=30), key(50, "1d")) == 1.0
    assert left_usd(holding(rpm_limit=5), key(50)) is None


def several(usd: float | None, period: str | None, *limits: tuple[float, str], **fields: Any) -> Key:
    further = [{"max_budget": most, "budget_duration": each} for most, each in limits]
    return key(usd, period, budget_limits=further, **fields)


def test_of_several_budgets_the_tightest_counts_in_each_window() -> None:
    both = several(50, "30d", (5, "1d"))
    assert [may_spend(both, window) for window in WINDOWS] == [5, 35, 50]
    check_change(holding(usd_per_day=5, usd_per_month=50), "new", both, NOW)
    assert refusal(holding(usd_per_day=5, usd_per_month=50), key(50, "30d")).param == "max_budget"
    assert may_spend(several(None, None, (5, "1d")), DAY) == 5


def test_dropping_a_budget_needs_room_and_changing_one_keeps_what_was_spent() -> None:
    before = several(50, "30d", (5, "1d"), spend=4.0, budget_reset_at=NEXT_MONTH)
    jane = Holding(AllowanceRules(usd_per_day=5), {"key0": before}, None, {})
    assert refusal(jane, key(50, "30d", spend=4.0), "key0").param == "max_budget"
    assert amounts(before, several(50, "30d", (1, "1d"), spend=4.0))["1d"] == 4.0
    assert amounts(before, before) == {}
