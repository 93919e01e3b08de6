"""Which models a person can use, with which keys, and reasons for the others."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.teams.models import ObjectPermissionView, TeamView
from keydesk.web.catalogue.view import ModelEntry, Rules, Wish, entries, matching, modes


def model(name: str, *groups: str, **fields: Any) -> ModelView:
    plain = dict.fromkeys(ModelView.model_fields) | {"mode": "chat", "supports_vision": False}
    return ModelView(
        **plain
        | {"supports_function_calling": False, "model_name": name, "access_groups": [*groups]}
        | fields
    )


def team(name: str, *models: str, blocked: bool = False) -> TeamView:
    plain = dict.fromkeys(TeamView.model_fields) | {"spend": 0.0, "metadata": {}, "budget_hidden": False}
    fields = {
        "team_id": name.lower(),
        "team_alias": name,
        "models": [*models],
        "blocked": blocked,
        "members_with_roles": [],
        "object_permission": ObjectPermissionView(vector_stores=[], mcp_servers=[]),
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return TeamView(**plain | fields)


TEAM_BLOCKED = "Team Search has access, but it is blocked. Ask the platform team."
CATALOGUE = [model("mini", "basic"), model("large"), model("premium")]


def shown(
    user_models: tuple[str, ...], *teams: TeamView, team_required: bool = False
) -> dict[str, ModelEntry]:
    user = User(user_id="jane", models=user_models)
    return {
        each.model.model_name: each
        for each in entries(user, teams, CATALOGUE, Rules("http://gateway", team_required))
    }


def test_a_person_without_limits_may_use_every_model() -> None:
    assert all(entry.ways == ("personal keys",) for entry in shown(()).values())


def test_a_team_does_not_add_models_that_the_account_lacks() -> None:
    found = shown(("mini", "large"), team("Search", "basic", "premium"))
    assert found["mini"].ways == ("personal keys", "Search")
    assert found["large"].ways == ("personal keys",)
    assert found["premium"].ways == ()
    assert found["premium"].why_not == (
        "Team Search has access, but your account does not. Ask the platform team."
    )


@pytest.mark.parametrize(
    ("user_models", "teams", "reason"),
    [
        (("mini",), (), "Your account and your teams have no access. Ask the platform team or a team admin."),
        ((), (), "Personal keys and your teams have no access. Ask the platform team or a team admin."),
        ((), (team("Search", "premium", blocked=True),), TEAM_BLOCKED),
        (("no-default-models",), (team("Search", "premium", blocked=True),), TEAM_BLOCKED),
    ],
)  # fmt: skip
def test_unavailable_models_have_a_reason(
    user_models: tuple[str, ...], teams: tuple[TeamView, ...], reason: str
) -> None:
    assert shown(user_models, *teams, team_required=True)["premium"].why_not == reason


def test_models_may_come_from_teams_only() -> None:
    found = shown(("no-default-models",), team("Search", "premium"))
    assert found["premium"].ways == ("Search",)
    assert (
        found["mini"].why_not
        == "Personal keys and your teams have no access. Ask the platform team or a team admin."
    )


def test_prices_are_per_million_tokens() -> None:
    (entry,) = entries(
        User(user_id="jane"),
        [],
        [model("mini", input_cost_per_token=1.5e-07)],
        Rules("http://gateway", team_required=False),
    )
    assert (entry.input_price, entry.output_price) == (0.15, None)


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (Wish(), ["mini", "large", "premium"]),
        (Wish(text="MINI"), ["mini"]),
        (Wish(text="basic"), ["mini"]),
        (Wish(text="mini large"), []),
        (Wish(mode="embedding"), []),
        (Wish(tools=True), []),
        (Wish(vision=True), []),
        (Wish(usable=True), ["mini"]),
    ],
)
def test_models_can_be_searched(wish: Wish, names: list[str]) -> None:
    assert [entry.model.model_name for entry in matching(shown(("mini",)).values(), wish)] == names


def test_capabilities_are_shown() -> None:
    assert modes([*CATALOGUE, model("embed", mode="embedding"), model("odd", mode=None)]) == [
        "chat",
        "embedding",
    ]


def test_a_code_example_has_a_placeholder_for_the_key() -> None:
    call = shown(())["mini"].call
    assert call is not None
    assert "http://gateway/v1/chat/completions" in call
    assert "Bearer YOUR_KEY" in call
