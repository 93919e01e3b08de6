"""The code examples for a new key. Needs no browser."""

import ast
import json
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

from keydesk.models.examples import claude_model, example_model
from keydesk.models.models import ModelView
from keydesk.web.keys.snippets import snippets

GATEWAY = "https://llm.example.com"


def model(name: str, **fields: Any) -> ModelView:
    unknown = dict.fromkeys(ModelView.model_fields) | {"supports_function_calling": False}
    return ModelView(
        **unknown
        | {"supports_vision": False, "access_groups": [], "mode": "chat"}
        | fields
        | {"model_name": name}
    )


def asked(listed: list[str], *catalogue: ModelView) -> tuple[str, dict[str, Any]] | None:
    """Return URL and body of the call, as a shell parses the line."""
    chosen = example_model(listed, catalogue)
    if chosen is None:
        return None
    line = next(each.text for each in snippets(GATEWAY, "sk-x", chosen) if each.id == "curl")
    words = shlex.split(line.replace("\\\n", ""))
    assert words[0] == "curl"
    assert "Authorization: Bearer sk-x" in words
    return words[1], json.loads(words[-1])


def test_the_cheapest_model_with_a_known_price_is_used() -> None:
    found = asked(
        [],
        model("free-of-price"),
        model("dear", input_cost_per_token=1.0),
        model("cheap", input_cost_per_token=0.1),
    )
    assert found is not None
    assert found[1]["model"] == "cheap"


def test_only_models_of_the_key_are_used() -> None:
    cheap, dear = model("cheap", input_cost_per_token=0.1), model("dear", access_groups=["gold"])
    found = asked(["gold"], cheap, dear)
    assert found is not None
    assert found[1]["model"] == "dear"


def test_a_key_for_embeddings_gets_an_embedding_call() -> None:
    found = asked(["small"], model("small", mode="embedding"), model("chatty"))
    assert found == (f"{GATEWAY}/v1/embeddings", {"model": "small", "input": "Hello"})


def test_a_model_with_an_unknown_mode_is_for_chats_unless_its_name_contains_embedding() -> None:
    catalogue = (model("text-embedding-9", mode=None, input_cost_per_token=0.1), model("chatty", mode=None))
    found = asked([], *catalogue)
    assert found is not None
    assert found[1]["model"] == "chatty"
    assert example_model(["text-embedding-9"], catalogue) is None


def test_a_model_name_cannot_break_out_of_the_command() -> None:
    name = "'; touch /tmp/owned; echo \"$(id)`id`\\"
    found = asked([], model(name))
    assert found is not None
    assert found[1]["model"] == name


def test_there_is_no_example_without_a_model_for_text() -> None:
    assert asked([], model("painter", mode="image_generation"), model("openai/*")) is None


HOSTILE = "'; touch /tmp/owned; echo \"$(id)`id`\\"


def texts(name: str = "gpt") -> dict[str, str]:
    return {each.id: each.text for each in snippets(GATEWAY, "sk-x", model(name))}


def test_there_is_one_example_for_every_tool() -> None:
    assert [*texts()] == [
        "curl", "environment", "openai", "anthropic", "claude-code", "codex", "opencode", "continue", "aider", "llm",
    ]  # fmt: skip
    assert all("sk-x" in text for text in texts().values())


def test_examples_are_valid_programs_with_any_model_name() -> None:
    for name in ("openai", "anthropic"):
        ast.parse(texts(name=HOSTILE)[name])
    assert json.loads(texts(name=HOSTILE)["opencode"])["provider"]["gateway"]["models"] == {HOSTILE: {}}
    (entry,) = yaml.safe_load(texts(name=HOSTILE)["continue"])["models"]
    assert (entry["model"], entry["apiKey"]) == (HOSTILE, "sk-x")


def test_codex_gets_its_own_profile_that_another_key_replaces(tmp_path: Path) -> None:
    """A function of its name replaces Codex itself."""
    for name in ("first", HOSTILE):
        script = f"codex() {{ :; }}\n{texts(name=name)['codex']}"
        subprocess.run(["/bin/sh", "-c", script], check=True, env={"HOME": str(tmp_path)})  # noqa: S603 - our own text
    settings = tomllib.loads((tmp_path / ".codex" / "gateway.config.toml").read_text())
    assert settings["model"] == HOSTILE
    assert settings["model_providers"][settings["model_provider"]]["base_url"] == f"{GATEWAY}/v1"
    assert not (tmp_path / ".codex" / "config.toml").exists()


def test_anthropic_tools_use_a_claude_model_and_others_the_cheapest() -> None:
    catalogue = [
        model("gpt", input_cost_per_token=0.1),
        model("my-Claude-opus", input_cost_per_token=2.0),
        model("claude-sonnet", input_cost_per_token=1.0),
        model("claude-embedding", mode="embedding"),
    ]
    found = snippets(GATEWAY, "sk-x", example_model([], catalogue), claude_model([], catalogue))
    using_claude = {each.id for each in found if "claude-sonnet" in each.text}
    assert using_claude == {"anthropic", "claude-code"}


def test_an_unavailable_claude_model_is_not_shown() -> None:
    catalogue = [model("gpt"), model("claude-sonnet")]
    assert claude_model(["gpt"], catalogue) is None
    assert "gpt" in texts()["claude-code"]


def test_opencode_is_configured_with_the_model() -> None:
    assert json.loads(texts(name="gpt")["opencode"])["model"] == "gateway/gpt"


def test_shells_parse_a_name_as_one_word() -> None:
    for name in ("claude-code", "aider", "environment"):
        for line in texts(name=HOSTILE)[name].splitlines():
            assert len(shlex.split(line)) <= 3


def test_a_key_for_embeddings_gets_no_chat_tools() -> None:
    assert [each.id for each in snippets(GATEWAY, "sk-x", model("small", mode="embedding"))] == [
        "curl",
        "environment",
    ]


def test_without_a_model_there_is_a_placeholder() -> None:
    assert '"model": "MODEL"' in {each.id: each.text for each in snippets(GATEWAY, "sk-x", None)}["curl"]
