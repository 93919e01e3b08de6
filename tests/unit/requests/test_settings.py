"""The settings of requests do not contradict each other."""

from typing import Any

import pytest
from pydantic import ValidationError

from keydesk.kit.request_kind import RequestKind
from keydesk.settings import Requests


def test_people_can_request_only_larger_budgets_by_default() -> None:
    assert set(Requests().kinds) == {RequestKind.ACCOUNT_BUDGET, RequestKind.KEY_BUDGET}


@pytest.mark.parametrize(
    "settings",
    [
        {"enabled": True},
        {"remindAfter": "14d"},
        {"warnBeforeExpiry": "2w"},
        {"waitFor": "3d", "remindAfter": "1w"},
        {"kinds": ["everything"]},
    ],
)
def test_a_contradiction_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Requests.model_validate(settings)


def test_reminders_come_while_a_request_is_open() -> None:
    settings = Requests.model_validate({"waitFor": "1w", "remindAfter": "6d", "warnBeforeExpiry": "1d"})
    assert (settings.remind_after, settings.warn_before_expiry) == ("6d", "1d")
