"""`litellm.keyAllowances`: contradictions are refused, each with a sentence at the path of a setting."""

from typing import Any

import pytest
from pydantic import ValidationError

from keydesk.settings import KeyAllowances
from keydesk.settings.ineffective import ineffective_settings
from tests.unit.settings.writing import DEMO, Folder


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"usdPerDay": 9, "usdPerWeek": 5}, "usdPerDay: must be at most usdPerWeek (5)"),
        ({"usdPerDay": 9, "usdPerMonth": 5}, "usdPerDay: must be at most usdPerMonth (5)"),
        ({"serviceKeys": {"usdPerWeek": 9, "usdPerMonth": 5}}, "usdPerWeek: must be at most usdPerMonth (5)"),
        (
            {"usdPerDay": 9, "roles": [{"group": "interns", "usdPerMonth": 5}]},
            "roles[0].usdPerMonth: must be at least usdPerDay (9)",
        ),
        ({"usdPerMonth": 0}, "usdPerMonth"),
        ({"rpmLimit": 0}, "rpmLimit"),
    ],
)
def test_contradictions_are_refused(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KeyAllowances.model_validate(settings)
    assert expected in str(refused.value)


def test_a_role_overrides_single_settings_and_can_lift_one() -> None:
    role = {"group": "researchers", "usdPerMonth": None, "usdPerWeek": 80}
    settings = KeyAllowances.model_validate({"usdPerDay": 5, "usdPerMonth": 50, "roles": [role]})
    rules = settings.combined(settings.roles[0])
    assert (rules.usd_per_day, rules.usd_per_week, rules.usd_per_month) == (5, 80, None)


def test_nothing_is_restricted_by_default() -> None:
    assert not any(rules.restricts for rules in KeyAllowances().all_rules)


def test_a_second_role_for_a_group_is_warned_about(folder: Folder) -> None:
    roles = [{"group": "x", "usdPerMonth": 1}, {"group": "x"}]
    litellm = {
        "baseUrl": "http://litellm:4000",
        "masterKey": "sk-master",
        "keyAllowances": {"roles": roles},
    }
    assert [*ineffective_settings(folder.settings({**DEMO, "litellm": litellm}))] == [
        "litellm.keyAllowances.roles[1].group: never applies, because an earlier role has this group"
    ]
