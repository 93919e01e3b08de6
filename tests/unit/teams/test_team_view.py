"""Which fields of a team are visible."""

from keydesk.litellm import Team
from keydesk.teams.policy import team_view


def test_only_stamps_and_labels_of_the_metadata_are_visible() -> None:
    metadata = {
        "owning_group": "group:default/platform",
        "keydesk_labels": {"floor": 3, "owning_group": "group:default/others", "nested": {"a": "canary"}},
        "keydesk_settings": "canary",
        "a_setting_of_tomorrow": "canary",
        "logging": [{"callback_name": "langfuse", "callback_vars": {"langfuse_secret": "sk-lf-canary"}}],
        "callback_settings": {"callback_vars": {"secret": "canary"}},
        "model_rpm_limit": {"gpt-4o": 1},
        "temp_budget_increase": "5",
    }
    view = team_view(Team.model_validate({"team_id": "t", "metadata": metadata}), hide_budget=False)
    assert view.metadata == {"owning_group": "group:default/platform", "floor": 3}
    assert "canary" not in view.model_dump_json()


def test_a_hidden_budget_hides_the_amount_and_the_spend() -> None:
    team = Team.model_validate({"team_id": "t", "max_budget": 200.0, "spend": 161.0})
    view = team_view(team, hide_budget=True)
    assert (view.max_budget, view.spend, view.budget_hidden) == (None, 0.0, True)
    assert (view.budget_pct, view.budget_status) == (80.0, "near")


def test_the_percentage_of_a_tiny_budget_is_finite() -> None:
    team = Team.model_validate({"team_id": "t", "max_budget": 5e-324, "spend": 0.01})
    view = team_view(team, hide_budget=True)
    assert (view.budget_pct, view.budget_status) == (1_000_000.0, "over")
