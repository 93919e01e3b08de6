"""The team form as the API's request body, and the changes when a team is edited."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from starlette.datastructures import FormData

from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.teams.models import TeamView
from keydesk.web.teams.forms import TeamForm, faults_of
from keydesk.web.teams.view import card, choices, labels_of, model_choices
from tests.unit.web.test_models_page import team as team_named

CHANGED = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)


def team(**fields: Any) -> TeamView:
    plain = {"max_budget": 100.0, "budget_duration": "30d", "updated_at": CHANGED, "rpm_limit": 60}
    return team_named("Search", "gpt-4o", "basic").model_copy(update=plain | fields)


def sent(view: TeamView, **typed: Any) -> TeamForm:
    """Return the team's form with the changed fields."""
    fields = {name: getattr(TeamForm.of(view), name) for name in TeamForm.__dataclass_fields__} | typed
    pairs = [(name, text) for name, text in fields.items() if name != "models"]
    return TeamForm.sent(FormData([*pairs, *(("models", name) for name in fields["models"])]))


def test_an_unchanged_form_is_an_empty_change() -> None:
    assert sent(team()).update(team()) is None
    assert sent(team(), models=("basic", "gpt-4o"), max_budget="100.00").update(team()) is None


def test_only_changed_fields_are_sent_with_a_condition() -> None:
    update = sent(team(), max_budget="150", rpm_limit="", models=("gpt-4o",)).update(team())
    assert update is not None
    assert update.fields == {"max_budget", "rpm_limit", "models"}
    assert (update.max_budget, update.rpm_limit, update.models) == (150.0, None, ["gpt-4o"])
    assert update.expected_at == CHANGED


def test_an_empty_field_keeps_a_hidden_budget() -> None:
    hidden = team(max_budget=None, spend=0.0, budget_hidden=True, budget_pct=40.0, budget_status="ok")
    assert sent(hidden).update(hidden) is None
    update = sent(hidden, max_budget="70").update(hidden)
    assert update is not None
    assert update.fields == {"max_budget"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"max_budget": "lots"}, "max_budget"),
        ({"max_budget": "nan"}, "max_budget"),
        ({"max_budget": "-1"}, "max_budget"),
        ({"team_alias": " "}, "team_alias"),
        ({"rpm_limit": "1.5"}, "rpm_limit"),
        ({"tpm_limit": "0"}, "tpm_limit"),
        ({"budget_duration": "monthly"}, "budget_duration"),
        ({"models": ()}, "models"),
    ],
)
def test_an_error_names_its_field(typed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        sent(team(), **typed).update(team())
    assert list(faults_of(refused.value)) == [field]
    with pytest.raises(InvalidRequest) as refused:
        sent(team(), **typed).request()
    assert list(faults_of(refused.value)) == [field]


def test_a_policy_refusal_is_shown_with_its_own_text() -> None:
    refusal = PolicyRefused(
        message("The budget is too large."),
        hint=message("The maximum is %(amount)s US dollars.", amount=Decimal(500)),
        param="max_budget",
    )
    assert faults_of(refusal) == {"max_budget": "The budget is too large. The maximum is 500 US dollars."}


def test_a_conflict_is_shown_per_field() -> None:
    form = sent(team(), max_budget="150")
    now = team(max_budget=120.0, team_alias="Search East")
    assert form.differences(now) == [("Name", "Search East", "Search"), ("Budget", "120", "150")]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"spend": 10.0}, "within budget"),
        ({"spend": 80.0}, "near budget"),
        ({"spend": 100.0}, "over budget"),
        ({"max_budget": None}, "active"),
        ({"spend": 100.0, "blocked": True}, "blocked"),
        ({"max_budget": None, "budget_hidden": True, "budget_status": "near"}, "near budget"),
    ],
)
def test_the_most_important_state_of_a_team_is_shown(fields: dict[str, Any], word: str) -> None:
    assert card(team(**fields), manages=False).status.word == word


def test_current_objects_are_offered_even_if_no_longer_allowed() -> None:
    assert [(each.id, each.given, each.kept) for each in choices([], ["vs_old"])] == [("vs_old", True, True)]
    assert [(each.name, each.given, each.kept) for each in model_choices(["a", "b"], ["b", "c"])] == [
        ("a", False, False),
        ("b", True, False),
        ("c", True, True),
    ]


def test_labels_have_display_names() -> None:
    assert labels_of(team(metadata={"owning_group": "group:default/x", "cost_center": "4711"})) == {
        "cost_center": "4711"
    }
