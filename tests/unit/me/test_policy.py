"""Which virtual keys get an answer, and what it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.kit.problems import NotSignedIn, PolicyRefused
from keydesk.litellm import Key
from keydesk.me.models import KnownKey
from keydesk.me.policy import check_is_virtual_key, checked, own_view

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def known(*, team_blocked: bool = False, **fields: Any) -> KnownKey:
    return KnownKey(Key(token="hash", **fields), ("gpt-4o",), team_blocked)


@pytest.mark.parametrize("credential", ["eyJhbGciOiJFUzI1NiJ9.e30.AA", "SK-1234", "sk", ""])
def test_another_credential_is_refused(credential: str) -> None:
    with pytest.raises(NotSignedIn, match="only a virtual key"):
        check_is_virtual_key(credential)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (None, NotSignedIn),
        (known(expires_at=NOW), NotSignedIn),
        (known(expires_at=NOW - timedelta(days=1), blocked=True), NotSignedIn),
        (known(blocked=True), PolicyRefused),
    ],
)
def test_a_key_that_does_not_work_is_refused(key: KnownKey | None, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        checked(key, NOW)


def test_a_key_is_accepted_until_it_expires() -> None:
    key = known(expires_at=NOW + timedelta(seconds=1))
    assert checked(key, NOW) is key


@pytest.mark.parametrize(
    ("spend", "budget", "left", "state"),
    [
        (2.5, 10.0, 7.5, "active"),
        (10.0, 10.0, 0.0, "over_budget"),
        (11.0, 10.0, 0.0, "over_budget"),
        (0.0, 0.0, 0.0, "over_budget"),
        (11.0, None, None, "active"),
    ],
)
def test_the_rest_of_the_budget_and_the_state(
    spend: float, budget: float | None, left: float | None, state: str
) -> None:
    view = own_view(known(spend=spend, max_budget=budget), None)
    assert (view.budget_left, view.state) == (left, state)


def test_a_key_of_a_blocked_team_says_so() -> None:
    assert own_view(known(team_blocked=True), None).state == "team_blocked"
