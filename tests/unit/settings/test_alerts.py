"""Settings of budget alerts: thresholds are percentages in order, and blocked keys can be unblocked."""

from typing import Any

import pytest
from pydantic import ValidationError

from keydesk.settings import Alerts, Settings
from keydesk.settings.ineffective import ineffective_settings

SLACK = {"slack": {"url": "https://hooks.example.com/x"}}


def settings(**sections: Any) -> Settings:
    gateway = {"base_url": "http://localhost:4000", "master_key": "sk-master"}
    litellm = gateway | sections.pop("litellm", {})
    return Settings.model_validate({"litellm": litellm, "demo": {"enabled": True}} | sections)


def test_thresholds_are_sorted_and_each_occurs_once() -> None:
    assert Alerts(thresholds=(90, 50, 90)).thresholds == (50, 90)
    assert Alerts(thresholds=()).thresholds == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"thresholds": [0]},
        {"thresholds": [101]},
        {"thresholds": list(range(1, 8))},
        {"jumpFactor": 1},
        {"jumpFloor": 0},
        {"intervalMinutes": 4},
        {"watchdog": {"mode": "delete"}},
    ],
)
def test_values_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Alerts.model_validate(wrong)


def test_budgets_are_checked_only_with_a_channel() -> None:
    assert not settings().checks_budgets
    assert settings(notices=SLACK).checks_budgets
    assert not settings(notices=SLACK, alerts={"enabled": False}).checks_budgets


def test_alerts_without_a_channel_have_no_effect() -> None:
    warning = "alerts: has no effect without a channel in notices"
    assert warning in [*ineffective_settings(settings(alerts={"forecast": False}))]
    assert warning not in [*ineffective_settings(settings(alerts={"forecast": False}, notices=SLACK))]
    assert warning not in [*ineffective_settings(settings())]


def test_the_watchdog_blocks_keys_only_if_somebody_can_unblock_them() -> None:
    block = {"watchdog": {"mode": "block"}}
    with pytest.raises(ValidationError, match="keyAdminGroup"):
        settings(alerts=block)
    admins = {"audit": {"group": "group:default/admins", "keyAdminGroup": "group:default/admins"}}
    assert settings(alerts=block, litellm=admins).alerts.watchdog.mode == "block"
