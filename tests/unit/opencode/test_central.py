"""What OpenCode reads: a provider whose models are those of the key, and no text that OpenCode would replace."""

from typing import Any

from keydesk.models.models import ModelView
from keydesk.opencode.central import config_of, sign_in_again, well_known

GATEWAY = "https://llm.example.com"


def model(name: str, **changes: Any) -> ModelView:
    known: dict[str, Any] = {
        "mode": "chat",
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "max_input_tokens": 1000,
        "max_output_tokens": 100,
        "supports_function_calling": True,
        "supports_vision": False,
        "access_groups": [],
    }
    return ModelView(model_name=name, **known | changes)


def models_in(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config["config"]["provider"]["keydesk"]["models"]
    return found


def test_the_models_have_their_limits_and_prices_per_million_tokens() -> None:
    config = config_of(GATEWAY, ["gpt"], [model("gpt", supports_vision=True)])
    assert config["config"]["model"] == "keydesk/gpt"
    assert config["config"]["provider"]["keydesk"]["options"] == {
        "baseURL": "https://llm.example.com/v1",
        "apiKey": "{env:KEYDESK_OPENCODE_KEY}",
    }
    assert models_in(config) == {
        "gpt": {
            "attachment": True,
            "limit": {"context": 1000, "output": 100},
            "cost": {"input": 1.0, "output": 2.0},
            "modalities": {"input": ["text", "image"], "output": ["text"]},
        }
    }


def test_what_litellm_does_not_know_is_left_to_opencode() -> None:
    unknown = model("gpt", max_output_tokens=None, input_cost_per_token=None)
    assert models_in(config_of(GATEWAY, ["gpt", "wild/one"], [unknown])) == {
        "gpt": {"attachment": False},
        "wild/one": {},
    }


def test_the_default_can_call_tools_and_is_the_cheapest_of_those() -> None:
    catalogue = [
        model("dear", input_cost_per_token=9e-6),
        model("cheap", input_cost_per_token=2e-6),
        model("no-tools", input_cost_per_token=1e-9, supports_function_calling=False),
        model("of-unknown-price", input_cost_per_token=None),
    ]
    names = [each.model_name for each in catalogue]
    assert config_of(GATEWAY, [*names, "unlisted"], catalogue)["config"]["model"] == "keydesk/cheap"


def test_models_for_other_purposes_and_wildcards_are_left_out() -> None:
    catalogue = [model("gpt"), model("embed", mode="embedding"), model("openai/*")]
    config = config_of(GATEWAY, [each.model_name for each in catalogue], catalogue)
    assert models_in(config).keys() == {"gpt"}


def test_a_name_cannot_make_opencode_read_a_file_or_a_variable() -> None:
    names = ["{file:~/.ssh/id_ed25519}", "{env:SECRET}", "gpt"]
    assert models_in(config_of(GATEWAY, names, [model(name) for name in names])).keys() == {"gpt"}


def test_without_a_model_the_default_is_none_of_another_provider() -> None:
    for config in (config_of(GATEWAY, [], []), sign_in_again(GATEWAY, "https://keys.example.com")):
        (name, shown) = next(iter(models_in(config).items()))
        assert config["config"]["model"] == f"keydesk/{name}"
        assert shown["name"]


def test_the_stored_output_is_sent_to_keydesk_only() -> None:
    found = well_known("https://keys.example.com", "https://keys.example.com/config")
    assert found["auth"]["env"] == "KEYDESK_OPENCODE_KEY"
    assert found["remote_config"] == {
        "url": "https://keys.example.com/config",
        "headers": {"Authorization": "Bearer {env:KEYDESK_OPENCODE_KEY}"},
    }
