"""A rotated key is one key: its spend, budget and secrets, whatever LiteLLM has of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.keys.rotation_policy import RotationPlan, name_of_key, period_until, previous_alias
from keydesk.keys.secret_changes import changes_of_secrets, counting_ended, shared_budget, without_shares
from keydesk.keys.secrets import ROTATION_MEMBER, Carried, FoldedKey, folded
from keydesk.litellm import Key, KeyChanges

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RESET = datetime(2026, 4, 1, tzinfo=UTC)
LATER_RESET = datetime(2026, 5, 1, tzinfo=UTC)


def secret(name: str, carried: Carried | None = None, **fields: Any) -> Key:
    metadata = {ROTATION_MEMBER: carried.model_dump(mode="json")} if carried else {}
    return Key(
        token_hash=name, metadata=metadata, **{"budget_reset_at": RESET, "budget_duration": "30d"} | fields
    )


def rotated(budget: float = 10.0, spend: float = 2.0) -> FoldedKey:
    """Return a key that was rotated after `spend`, as LiteLLM has it afterwards."""
    first = FoldedKey.of("key", [secret("first", max_budget=budget, spend=spend)])
    plan = RotationPlan.of(first, "key_first", timedelta(hours=1), NOW)
    second = secret("second", plan.carried, max_budget=plan.carried.share_usd, spend=spend)
    previous = secret("first", max_budget=plan.previous_share_usd, spend=spend)
    return FoldedKey.of("key", [previous, second])


def with_spend(key: FoldedKey, usd: float, **fields: Any) -> FoldedKey:
    return FoldedKey.of("key", [*key.previous, key.current.model_copy(update={"spend": usd} | fields)])


def test_the_shares_of_both_secrets_are_what_is_left() -> None:
    key = rotated(budget=10.0, spend=2.0)
    assert (key.key.max_budget, key.key.spend) == (10.0, 2.0)
    assert (key.previous[0].max_budget, key.current.max_budget) == (6.0, 6.0)


def test_spend_of_both_secrets_is_counted_once() -> None:
    key = with_spend(rotated(spend=2.0), 5.0)
    assert key.key.spend == 5.0
    previous = key.previous[0].model_copy(update={"spend": 3.0})
    assert FoldedKey.of("key", [previous, key.current]).key.spend == 6.0


def test_the_rest_is_divided_again() -> None:
    key = with_spend(rotated(budget=10.0, spend=2.0), 6.0)
    shares = shared_budget(key, key.key.max_budget)
    ((_, previous),) = shares.previous
    assert (shares.current.max_budget, previous.max_budget) == (8.0, 4.0)


def test_a_budget_that_is_used_up_leaves_nothing_to_divide() -> None:
    key = with_spend(rotated(budget=10.0, spend=2.0), 11.0)
    shares = shared_budget(key, key.key.max_budget)
    assert shares.current.max_budget == 11.0
    assert shares.previous[0][1].max_budget == 2.0


def after(key: FoldedKey, changes: KeyChanges) -> FoldedKey:
    """Return the key after the change of its current secret, without previous secrets."""
    return FoldedKey.of("key", [key.current.model_copy(update=changes.model_dump(exclude_unset=True))])


def test_what_the_previous_secret_spent_after_the_rotation_counts_on() -> None:
    key = rotated(budget=10.0, spend=2.0)
    key = FoldedKey.of("key", [key.previous[0].model_copy(update={"spend": 5.0}), key.current])
    assert key.key.spend == 5.0
    alone = after(key, counting_ended(key))
    assert (alone.key.spend, alone.key.max_budget, alone.current.max_budget) == (5.0, 10.0, 7.0)


def test_a_previous_secret_that_spent_nothing_leaves_no_trace() -> None:
    key = rotated(budget=10.0, spend=2.0)
    alone = after(key, counting_ended(key))
    assert (alone.current.max_budget, alone.carried.share_usd) == (10.0, None)


def test_a_new_period_gives_the_whole_budget_back() -> None:
    key = rotated(budget=10.0, spend=2.0)
    key = FoldedKey.of("key", [key.previous[0].model_copy(update={"spend": 5.0}), key.current])
    alone = after(key, counting_ended(key))
    reset = with_spend(alone, 0.0, budget_reset_at=LATER_RESET)
    assert (reset.key.spend, reset.key.max_budget) == (0.0, 10.0)
    assert after(reset, without_shares(reset)).current.max_budget == 10.0


def test_a_budget_that_an_administrator_changed_in_litellm_is_the_budget() -> None:
    key = rotated(budget=10.0)
    assert with_spend(key, 2.0, max_budget=3.0).key.max_budget == 3.0


def test_a_change_of_limits_reaches_every_secret_but_the_name_only_one() -> None:
    changes = changes_of_secrets(rotated(), KeyChanges(key_alias="new", rpm_limit=5, max_budget=20.0))
    ((_, previous),) = changes.previous
    assert previous.model_fields_set == {"rpm_limit", "max_budget"}
    assert (changes.current.key_alias, changes.current.rpm_limit, changes.current.max_budget) == (
        "new",
        5,
        11.0,
    )


def test_metadata_that_is_not_valid_carries_nothing_over() -> None:
    damaged = Key(token_hash="damaged", metadata={ROTATION_MEMBER: {"number": "many"}}, max_budget=5.0)
    assert FoldedKey.of("key", [damaged]).key.max_budget == 5.0


def test_the_secret_with_the_highest_number_is_the_current_one() -> None:
    keys = folded([*rotated().previous, rotated().current], lambda _: "key")
    assert keys["key"].current.token_hash == "second"
    assert [each.token_hash for each in keys["key"].secrets] == ["first", "second"]


@pytest.mark.parametrize(
    ("period", "resets_at", "expected"),
    [
        ("30d", RESET, "30d"),
        ("10d", NOW + timedelta(days=4), "4d"),
        ("10d", NOW + timedelta(days=1), "1d"),
        ("10d", NOW + timedelta(days=7), "8d"),
        ("60d", NOW + timedelta(days=30), "31d"),
        (None, None, None),
    ],
)
def test_the_reset_day_is_kept(period: str | None, resets_at: datetime | None, expected: str | None) -> None:
    assert period_until(resets_at, period, NOW) == expected


@pytest.mark.parametrize("alias", ["laptop", "a (previous secret) b", "key"])
def test_the_name_of_a_previous_secret_names_the_key(alias: str) -> None:
    assert name_of_key(previous_alias(alias, "key_qj4tn2m7xw5c3v6b2y2z2a4d5f")) == alias
    assert name_of_key(alias) == alias
