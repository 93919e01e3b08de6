"""How to use a key whose secret Keydesk does not know: code examples, and a request that tests the key."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from keydesk.keys.models import KeyView
from keydesk.models.examples import claude_model, example_model
from keydesk.web.keys.choice import Choice
from keydesk.web.keys.snippets import Snippet, chosen_first, snippets, tool_names

PLACEHOLDER = "YOUR_KEY"
"""Stands for the secret in code examples."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """`model` is None if the key has access to no model for text. `tools` are the labels of the chosen tools.

    `snippets` begin with those of the tools. `call` is a request with curl.
    """

    gateway: str
    model: str | None
    tools: list[str]
    snippets: list[Snippet]
    call: str
    test: dict[str, Any]
    """The URL and the body of a request that costs as little as possible."""

    @property
    def test_json(self) -> str:
        return json.dumps(self.test)


def use_of(choice: Choice, key: KeyView, gateway: str, tools: Collection[str] = ()) -> KeyUse:
    """Return the examples for the models of the key. `choice` has the models of its owner or team. Pure."""
    listed = key.models or choice.fallback
    model = example_model(listed, choice.catalogue)
    examples = snippets(gateway, PLACEHOLDER, model, claude_model(listed, choice.catalogue))
    name = model.model_name if model else None
    return KeyUse(
        gateway,
        name,
        [label for id_, label in tool_names() if id_ in tools],
        chosen_first(examples, tools),
        examples[0].text,
        _test(gateway, name, is_embedding=bool(model and model.mode == "embedding")),
    )


def _test(gateway: str, model: str | None, *, is_embedding: bool) -> dict[str, Any]:
    if is_embedding:
        return {"url": f"{gateway}/v1/embeddings", "body": {"model": model, "input": "Hello"}}
    words = [{"role": "user", "content": "Hello"}]
    return {
        "url": f"{gateway}/v1/chat/completions",
        "body": {"model": model, "messages": words, "max_tokens": 1},
    }
