"""How to use a key whose secret Keydesk does not know: code examples, and a request that tests the key."""

import json
from dataclasses import dataclass
from typing import Any

from keydesk.keys.models import KeyView
from keydesk.web.keys.choice import choice_of
from keydesk.web.keys.snippets import Snippet, chosen_first, claude_model, example_model, snippets, tool_names
from keydesk.web.page_views import PageViews

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


async def use_of(views: PageViews, key: KeyView, gateway: str) -> KeyUse:
    """Return the examples for the models of the key. Raises LiteLLMError."""
    choice = await choice_of(views, await views.account(), key.team_id)
    listed = key.models or choice.fallback
    model = example_model(listed, choice.catalogue)
    examples = snippets(gateway, PLACEHOLDER, model, claude_model(listed, choice.catalogue))
    tools = (await views.tools()).get(key.token, ())
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
