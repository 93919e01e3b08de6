"""What the watchdog sees in one check: keys over a budget, without an owner, and budgets whose reset is late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.alerts.findings import FindingKind
from keydesk.alerts.models import Figure
from keydesk.jobs.watchdog import GatewayFigures, KeyJudge, is_overdue
from keydesk.keys.models import KeyView
from keydesk.keys.owners import team_owner
from keydesk.litellm import Key

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def figures(**changes: Any) -> GatewayFigures:
    found = {
        "accounts": {"jane": Figure("jane", 5.0, 10.0, None)},
        "teams": {"ml": Figure("ml", 5.0, 10.0, None)},
        "team_names": {"ml": "Machine learning"},
        "administrators": {"root"},
    }
    return GatewayFigures(**{**found, **changes})


def seen(found: GatewayFigures, leavers: set[str] | None = None, **fields: Any) -> list[tuple[str, Any]]:
    key = Key.model_validate({"token": "hash", "key_alias": "ci", "user_id": "jane"} | fields)
    judge = KeyJudge(found, leavers or set(), NOON, NOON)
    return [(each.kind, each.details.get("wall")) for each in judge.seen(KeyView.of(key, "key_1"))]


def test_a_key_within_all_budgets_is_fine() -> None:
    assert seen(figures(), spend=1.0, max_budget=1.0) == []
    assert seen(figures(), team_id="ml") == []


def test_a_key_is_seen_with_the_budget_that_is_used_up() -> None:
    spent = Figure("x", 11.0, 10.0, None)
    assert seen(figures(), spend=1.1, max_budget=1.0) == [(FindingKind.STILL_ANSWERS, "key")]
    assert seen(figures(accounts={"jane": spent})) == [(FindingKind.STILL_ANSWERS, "account")]
    assert seen(figures(accounts={"jane": spent}), team_id="ml") == []
    assert seen(figures(teams={"ml": spent}), team_id="ml") == [(FindingKind.STILL_ANSWERS, "team")]


def test_the_owner_of_a_key_without_a_user_is_its_team() -> None:
    spent = Figure("x", 11.0, 10.0, None)
    key = Key.model_validate({"token": "hash", "team_id": "ml"})
    judge = KeyJudge(figures(teams={"ml": spent}), set(), NOON, NOON)
    (found,) = judge.seen(KeyView.of(key, "key_1"))
    assert (found.kind, found.owner) == (FindingKind.STILL_ANSWERS, team_owner("ml"))


@pytest.mark.parametrize(
    ("owner", "kinds"),
    [
        ("jane", []),
        ("ghost", [FindingKind.OWNER_GONE]),
        ("leaver", [FindingKind.OWNER_GONE]),
        ("default_user_id", []),
        ("root", []),
        (None, []),
    ],
)
def test_keys_without_their_owner(owner: str | None, kinds: list[FindingKind]) -> None:
    accounts = {name: Figure(name, 0.0, None, None) for name in ("jane", "leaver", "root")}
    found = seen(figures(accounts=accounts), {"leaver"}, user_id=owner)
    assert [kind for kind, _ in found] == kinds


def test_sessions_of_the_litellm_ui_are_left_alone() -> None:
    assert seen(figures(), user_id="ghost", team_id="litellm-dashboard") == []


@pytest.mark.parametrize(
    ("budget", "late_by", "expected"),
    [(10.0, 3 * HOUR, True), (10.0, HOUR, False), (10.0, -HOUR, False), (None, 3 * HOUR, False)],
)
def test_a_reset_that_is_more_than_two_hours_late(
    budget: float | None, late_by: timedelta, expected: bool
) -> None:
    assert is_overdue(Figure("x", 1.0, budget, NOON - late_by), NOON) is expected
    assert not is_overdue(Figure("x", 1.0, budget, None), NOON)
