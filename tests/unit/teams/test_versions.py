"""When a team last changed: Keydesk's stamp if its digest matches, else the time from LiteLLM."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.litellm import Team, TeamMember
from keydesk.teams.versions import changed_at, stamped

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def team(**fields: Any) -> Team:
    return Team(
        **{"team_id": "search", "team_alias": "Search", "max_budget": 5.0, "updated_at": LATER} | fields
    )


def at_noon(**fields: Any) -> Team:
    """Return a team that Keydesk changed at noon and LiteLLM updated an hour later."""
    return team(**fields, metadata=stamped(team(**fields), NOON))


def test_a_change_through_keydesk_has_a_time_in_milliseconds() -> None:
    assert changed_at(at_noon()) == NOON.replace(microsecond=123000)


def test_spend_and_members_do_not_count_as_changes() -> None:
    touched = {"spend": 4.0, "members_with_roles": (TeamMember(user_id="jane"),)}
    assert changed_at(at_noon().model_copy(update=touched)) < LATER


@pytest.mark.parametrize(
    "change",
    [
        {"team_alias": "Other"},
        {"models": ("gpt-4o",)},
        {"max_budget": 6.0},
        {"max_budget": None},
        {"budget_duration": "1d"},
        {"tpm_limit": 1},
        {"rpm_limit": 1},
        {"blocked": True},
    ],
    ids=str,
)
def test_changes_in_litellm_have_the_time_from_litellm(change: dict[str, Any]) -> None:
    assert changed_at(at_noon().model_copy(update=change)) == LATER


@pytest.mark.parametrize("stamp", [None, "yesterday", 5, ""], ids=str)
def test_an_invalid_stamp_is_ignored(stamp: Any) -> None:
    stamped_team = at_noon()
    metadata = {**stamped_team.metadata, "keydesk_changed_at": stamp}
    assert changed_at(stamped_team.model_copy(update={"metadata": metadata})) == LATER


def test_a_team_without_any_time_is_dated_1970() -> None:
    assert changed_at(team(updated_at=None)) == datetime(1970, 1, 1, tzinfo=UTC)
    assert changed_at(team(updated_at=None, created_at=NOON)) == NOON


@pytest.mark.parametrize("now", [NOON, NOON - timedelta(minutes=5)], ids=["same moment", "clock behind"])
def test_every_change_has_a_later_time_than_the_one_before(now: datetime) -> None:
    before = at_noon()
    after = before.model_copy(update={"metadata": stamped(before, now, before=before)})
    assert changed_at(after) > changed_at(before)
