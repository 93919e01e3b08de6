"""`litellm.keyLifetimes`: contradictions are refused, each with a sentence at the path of a setting."""

from typing import Any

import pytest
from pydantic import ValidationError

from keydesk.settings import KeyLifetimes
from keydesk.settings.ineffective import ineffective_settings
from tests.unit.settings.writing import DEMO, Folder


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"longest": "30d", "default": "90d"}, "default: must be at most longest (30d)"),
        ({"longest": "30d", "allowUnlimited": True}, "allowUnlimited: must be false, because longest is 30d"),
        ({"allowUnlimited": False}, "allowUnlimited: must be true unless default or longest is set"),
        ({"grace": "1h"}, "expected a number of whole days"),
        (
            {"default": "90d", "roles": [{"group": "contractors", "longest": "30d"}]},
            "roles[0].longest: must be at least default (90d)",
        ),
        (
            {"longest": "90d", "teamKeys": {"allowUnlimited": True}},
            "teamKeys.allowUnlimited: must be false, because longest is 90d",
        ),
    ],
)
def test_contradictions_are_refused(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KeyLifetimes.model_validate(settings)
    assert expected in str(refused.value)


def test_a_role_can_lift_the_maximum() -> None:
    role = {"group": "service-owners", "longest": None, "allowUnlimited": True, "default": "1y"}
    settings = KeyLifetimes.model_validate({"longest": "90d", "roles": [role]})
    assert not settings.combined(settings.roles[0]).must_expire


def test_nothing_is_restricted_by_default() -> None:
    assert not any(rules.restricts_existing_keys for rules in KeyLifetimes().all_rules)


def test_settings_without_an_effect_are_warned_about(folder: Folder) -> None:
    gateway = {"baseUrl": "http://litellm:4000", "masterKey": "sk-master"}
    lifetimes = {"longest": "7d", "roles": [{"group": "x", "longest": "1d"}, {"group": "x"}]}
    litellm = {**gateway, "keyLifetimes": lifetimes, "opencode": {"keyDuration": "30d"}}
    found = [*ineffective_settings(folder.settings({**DEMO, "litellm": litellm}))]
    assert found == [
        "litellm.keyLifetimes.roles[1].group: never applies, because an earlier role has this group",
        "litellm.opencode.keyDuration: is longer than litellm.keyLifetimes.longest, which applies",
    ]
    litellm = {**gateway, "keyLifetimes": {"grace": "7d"}}
    (warning,) = ineffective_settings(folder.settings({**DEMO, "litellm": litellm}))
    assert warning.startswith("litellm.keyLifetimes.grace: has no effect")
