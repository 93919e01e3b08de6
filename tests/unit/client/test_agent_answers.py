"""Which models an agent reports as usable, and that answers contain chosen members only."""

from typing import Any

from keydesk.client.agents.answers import of_budget, of_keys, of_models


def model(name: str, *groups: str) -> dict[str, Any]:
    return {"model_name": name, "access_groups": list(groups), "mode": "chat"}


def usable(account: list[str], *teams: list[str]) -> dict[str, tuple[bool, list[str]]]:
    catalogue = [model("gpt", "basic"), model("openai/o1"), model("claude", "premium")]
    listed = [{"team_id": f"team{number}", "models": models} for number, models in enumerate(teams)]
    found = of_models(catalogue, {"models": account}, listed)["models"]
    return {each["name"]: (each["personal_key"], each["key_of_team"]) for each in found}


def test_an_empty_list_means_every_model() -> None:
    assert usable([]).keys() == usable(["all-proxy-models"]).keys() == {"gpt", "openai/o1", "claude"}


def test_names_groups_and_wildcards_are_covered() -> None:
    assert usable(["basic", "openai/*"]) == {"gpt": (True, []), "openai/o1": (True, [])}


def test_a_model_can_be_usable_with_a_key_of_a_team_only() -> None:
    assert usable(["no-default-models"], ["claude"], []) == {
        "gpt": (False, ["team1"]),
        "openai/o1": (False, ["team1"]),
        "claude": (False, ["team0", "team1"]),
    }


def test_the_secret_and_unknown_members_are_left_out() -> None:
    key = {"token": "key_1", "key_alias": "laptop", "key": "sk-...abcd", "spend": 1.0, "metadata": {"a": "b"}}
    assert of_keys([key]) == {"keys": [{"id": "key_1", "name": "laptop", "spend": 1.0}]}


def test_nothing_is_left_of_a_budget_that_is_spent() -> None:
    account = {"max_budget": 5.0, "spend": 7.0}
    assert of_budget(account, {})["left"] == 0.0
    assert of_budget({**account, "max_budget": None}, {})["left"] is None
