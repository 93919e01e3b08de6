"""The rules for lifetimes: what a key may get, and which existing keys violate them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.kit.problems import Conflicting, PolicyRefused
from keydesk.lifetimes.models import Violation
from keydesk.lifetimes.policy import FOREVER, check_extension, check_lifetime, violations
from keydesk.litellm import Key
from keydesk.settings import KeyLifetimes, LifetimeRules

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def rules(**settings: Any) -> LifetimeRules:
    return KeyLifetimes.model_validate(settings).combined()


def key(**fields: Any) -> Key:
    usual = {"token": "hash", "created_at": NOW - 100 * DAY, "last_active": None}
    return Key.model_validate(usual | fields)


@pytest.mark.parametrize(
    ("settings", "usual", "must_expire"),
    [
        ({}, None, False),
        ({"default": "30d"}, "30d", False),
        ({"longest": "90d"}, "90d", True),
        ({"longest": "90d", "default": "30d"}, "30d", True),
        ({"allowUnlimited": False, "default": "1y"}, "1y", True),
    ],
)
def test_a_request_without_a_lifetime_gets_the_default_or_else_the_longest(
    settings: dict[str, Any], usual: str | None, must_expire: bool
) -> None:
    found = rules(**settings)
    assert (found.usual, found.must_expire) == (usual, must_expire)


@pytest.mark.parametrize(
    ("longest", "duration", "is_allowed"),
    [
        ("90d", "90d", True),
        ("90d", "2160h", True),
        ("90d", "91d", False),
        ("90d", "3mo", False),  # up to 92 days
        ("3mo", "3mo", True),
        ("1y", "12mo", True),
        ("12mo", "1y", True),
        ("366d", "1y", True),
        ("365d", "1y", False),
        ("90d", None, False),
        (None, "10y", True),
        (None, None, True),
    ],
)
def test_the_longest_lifetime_counts_months_as_long_as_they_can_be(
    longest: str | None, duration: str | None, is_allowed: bool
) -> None:
    if is_allowed:
        check_lifetime(duration, rules(longest=longest))
        return
    with pytest.raises(PolicyRefused) as refused:
        check_lifetime(duration, rules(longest=longest))
    assert refused.value.param == "duration"
    assert str(longest) in str(refused.value.hint)


def test_team_keys_override_the_rules_and_roles_override_both() -> None:
    settings = KeyLifetimes.model_validate(
        {
            "longest": "90d",
            "teamKeys": {"longest": "1y", "rotateEvery": "30d"},
            "roles": [{"group": "contractors", "longest": "7d"}],
        }
    )
    (role,) = settings.roles
    combined = settings.combined(settings.team_keys, role)
    assert (combined.longest, combined.rotate_every) == ("7d", "30d")
    assert settings.combined(settings.team_keys).longest == "1y"
    assert settings.combined(role).rotate_every is None


@pytest.mark.parametrize(
    ("settings", "fields", "expected"),
    [
        ({}, {}, []),
        ({"longest": "90d"}, {}, [Violation.NEVER_EXPIRES]),
        ({"longest": "90d"}, {"expires": NOW + 90 * DAY}, []),
        ({"longest": "90d"}, {"expires": NOW + 91 * DAY}, [Violation.TOO_LONG]),
        ({"longest": "90d"}, {"expires": NOW - DAY}, []),
        ({"longest": "90d"}, {"blocked": True}, []),
        ({"rotateEvery": "100d"}, {}, [Violation.ROTATION_OVERDUE]),
        ({"rotateEvery": "101d"}, {}, []),
        ({"rotateEvery": "1d"}, {"created_at": None}, []),
        ({"blockIdleAfter": "100d"}, {}, [Violation.IDLE]),
        ({"blockIdleAfter": "101d"}, {}, []),
        ({"blockIdleAfter": "30d"}, {"last_active": NOW - 29 * DAY}, []),
        ({"blockIdleAfter": "30d"}, {"last_active": NOW - 30 * DAY}, [Violation.IDLE]),
        ({"blockIdleAfter": "1d"}, {"spend": 0.1}, []),
        ({"rotateEvery": "9d", "longest": "9d"}, {}, [Violation.NEVER_EXPIRES, Violation.ROTATION_OVERDUE]),
    ],
)
def test_existing_keys_that_violate_the_rules(
    settings: dict[str, Any], fields: dict[str, Any], expected: list[Violation]
) -> None:
    found = key(**fields)
    assert violations(found, found.created_at, rules(**settings), NOW) == expected


def test_a_rotation_starts_the_time_until_the_next_one_again() -> None:
    old = key()
    assert violations(old, NOW - 99 * DAY, rules(rotateEvery="100d"), NOW) == []
    assert violations(old, NOW - 100 * DAY, rules(rotateEvery="100d"), NOW) == [Violation.ROTATION_OVERDUE]


def test_a_key_is_never_idle_on_a_release_that_does_not_report_the_last_use() -> None:
    silent = Key.model_validate({"token": "hash", "created_at": NOW - 1000 * DAY})
    assert violations(silent, silent.created_at, rules(blockIdleAfter="1d"), NOW) == []


@pytest.mark.parametrize(
    ("settings", "fields", "error"),
    [
        ({}, {"expires": NOW + DAY}, None),
        ({}, {"expires": NOW - DAY}, None),
        ({"extendExpired": False}, {"expires": NOW - DAY}, PolicyRefused),
        ({"longest": "29d"}, {"expires": NOW + DAY}, PolicyRefused),
        ({}, {"expires": NOW + 31 * DAY}, Conflicting),
        ({}, {}, Conflicting),
        ({"longest": "90d"}, {}, None),
        ({"longest": "30d"}, {"expires": NOW + 300 * DAY}, None),
    ],
)
def test_extensions_by_30_days(
    settings: dict[str, Any], fields: dict[str, Any], error: type[Exception] | None
) -> None:
    if error is None:
        check_extension("30d", key(**fields), rules(**settings), NOW)
        return
    with pytest.raises(error):
        check_extension("30d", key(**fields), rules(**settings), NOW)


@pytest.mark.parametrize(
    ("approved_until", "expires", "expected"),
    [
        (NOW + 200 * DAY, NOW + 200 * DAY, []),
        (NOW + 200 * DAY, NOW + 201 * DAY, [Violation.TOO_LONG]),
        (NOW + 200 * DAY, None, [Violation.NEVER_EXPIRES]),
        (FOREVER, None, []),
        (FOREVER, NOW + 900 * DAY, []),
    ],
)
def test_an_approved_expiration_does_not_violate_the_rules(
    approved_until: datetime, expires: datetime | None, expected: list[Violation]
) -> None:
    found = key(expires=expires)
    assert violations(found, NOW, rules(longest="90d"), NOW, approved_until) == expected


def test_an_approved_expiration_excuses_no_other_violation() -> None:
    found = violations(key(), NOW - 100 * DAY, rules(rotateEvery="100d", longest="90d"), NOW, FOREVER)
    assert found == [Violation.ROTATION_OVERDUE]
