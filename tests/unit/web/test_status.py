"""Status labels of budgets and keys. Needs no browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.keys.models import KeyView
from keydesk.web.status import gauge, status_of

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def key(**fields: Any) -> KeyView:
    plain = dict.fromkeys(KeyView.model_fields) | {"key": "sk-...abcd", "token": "key_x", "created_at": NOW}
    return KeyView(
        **plain
        | {"spend": 0.0, "models": [], "budget_limits": [], "blocked": False, "can_manage_gateway": False}
        | fields
    )


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "active"),
        ({"max_budget": 10.0, "spend": 7.99}, "active"),
        ({"max_budget": 10.0, "spend": 8.0}, "near budget"),
        ({"max_budget": 10.0, "spend": 10.0}, "over budget"),
        ({"max_budget": 0.0}, "over budget"),
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": NOW + HOUR}, "expires soon"),
        ({"expires_at": NOW + timedelta(days=7)}, "active"),
        ({"expires_at": NOW - HOUR, "max_budget": 1.0, "spend": 2.0}, "expired"),
        ({"expires_at": NOW - HOUR, "blocked": True}, "blocked"),
    ],
)
def test_the_most_important_state_of_a_key_is_shown(fields: dict[str, Any], word: str) -> None:
    assert status_of(key(**fields), NOW).word == word


def test_a_gauge_stays_within_its_scale() -> None:
    for spend, percent, left in ((0.0, 0, 10), (2.5, 25, 7.5), (30.0, 100, 0), (-1.0, 0, 11)):
        found = gauge(spend, 10.0)
        assert found is not None
        assert (found.percent, found.left) == (percent, left)


def test_without_a_limit_there_is_no_gauge() -> None:
    assert gauge(5.0, None) is None
