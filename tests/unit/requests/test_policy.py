"""What can be requested and approved, and who is the same person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.directory.entry import Entry
from keydesk.kit.problems import Conflicting, InvalidRequest, PolicyRefused
from keydesk.kit.request_kind import RequestKind
from keydesk.requests.bodies import Approval
from keydesk.requests.models import RequestRecord, RequestState, Terms
from keydesk.requests.policy import (
    approved_terms,
    check_larger,
    check_open,
    check_unchanged,
    check_until,
    is_same_person,
    needs_second,
)
from keydesk.settings import Requests

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = Requests(enabled=True, approver_groups=("approvers",), longest_grant="30d")


def request(**changes: Any) -> RequestRecord:
    usual = RequestRecord(
        id="0" * 32,
        ref="user:default/jane",
        email="jane@example.com",
        user_id="jane",
        kind=RequestKind.ACCOUNT_BUDGET,
        target_id="jane",
        target_name=None,
        team_id=None,
        asked=Terms(100.0, NOW + 10 * DAY),
        before=50.0,
        reason="A project",
        cost_center=None,
        state=RequestState.PENDING,
        created_at=NOW,
        expires_at=NOW + 14 * DAY,
    )
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("terms", "current", "refusal"),
    [
        (Terms(100.0), None, PolicyRefused),  # no limit
        (Terms(50.0), 50.0, InvalidRequest),  # not larger
        (Terms(100.0, NOW), 50.0, InvalidRequest),  # in the past
        (Terms(100.0, NOW + 31 * DAY), 50.0, PolicyRefused),  # for too long
    ],
)
def test_a_request_must_be_for_more_and_for_a_time_within_the_limit(
    terms: Terms, current: float | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_asked(terms, current)
    check_asked(Terms(50.01, NOW + 30 * DAY), 50.0)
    check_asked(Terms(50.01), 50.0)


def check_asked(terms: Terms, current: float | None) -> None:
    check_larger(terms, current)
    check_until(terms.until, SETTINGS.longest_grant, NOW)


def test_an_approval_without_values_approves_what_was_requested() -> None:
    assert approved_terms(request(), Approval(), SETTINGS, NOW) == request().asked


def test_an_approver_can_approve_less_but_not_more() -> None:
    sooner, later = ((NOW + days * DAY).isoformat() for days in (9, 11))
    less = approved_terms(request(), Approval(max_budget=60.0, until=sooner), SETTINGS, NOW)
    assert less == Terms(60.0, NOW + 9 * DAY)
    for more in (Approval(max_budget=100.01), Approval(until=later)):
        with pytest.raises(PolicyRefused):
            approved_terms(request(), more, SETTINGS, NOW)


def test_a_permanent_request_can_be_approved_for_a_time() -> None:
    until = (NOW + DAY).isoformat()
    permanent = request(asked=Terms(100.0))
    assert approved_terms(permanent, Approval(until=until), SETTINGS, NOW) == Terms(100.0, NOW + DAY)


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.PENDING])
def test_only_an_open_request_can_be_decided(state: RequestState) -> None:
    with pytest.raises(Conflicting):
        check_open(request(state=state), NOW)


def test_a_request_is_open_until_it_expires() -> None:
    check_open(request(), NOW + 14 * DAY - timedelta(microseconds=1))
    with pytest.raises(Conflicting):
        check_open(request(), NOW + 14 * DAY)


def test_a_changed_budget_is_shown_and_must_be_acknowledged() -> None:
    with pytest.raises(Conflicting) as conflict:
        check_unchanged(request(), Terms(100.0), 60.0, None)
    assert "it was 50 US dollars, and is 60 now" in str(conflict.value)
    assert conflict.value.members == {"previous_budget": 50.0, "current_budget": 60.0}
    check_unchanged(request(), Terms(100.0), 60.0, 60.0)
    check_unchanged(request(), Terms(100.0), 50.0, None)


def test_an_approval_never_lowers_a_budget() -> None:
    for current in (100.0, 120.0, None):
        with pytest.raises(Conflicting):
            check_unchanged(request(), Terms(100.0), current, current)


def test_budgets_above_the_limit_need_a_second_person() -> None:
    settings = SETTINGS.model_copy(update={"second_approval_above_usd": 100.0})
    assert needs_second(Terms(100.01), settings)
    assert not needs_second(Terms(100.0), settings)
    assert not needs_second(Terms(1_000_000.0), SETTINGS)


@pytest.mark.parametrize(
    ("ref", "email", "is_same"),
    [
        ("user:default/jane", None, True),
        ("user:default/jane-admin", "JANE@example.com", True),
        ("user:default/bob", "bob@example.com", False),
        ("user:default/bob", None, False),
    ],
)
def test_a_person_is_recognized_by_reference_and_email(ref: str, email: str | None, *, is_same: bool) -> None:
    assert is_same_person("user:default/jane", "jane@example.com", Entry(ref, email)) is is_same


def test_people_without_an_email_address_are_different() -> None:
    assert not is_same_person("user:default/jane", None, Entry("user:default/bob", None))
