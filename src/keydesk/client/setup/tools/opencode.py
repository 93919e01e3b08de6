"""OpenCode: `opencode.json`, which names a file with the key, so that the key is not in it."""

from typing import Any

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Change, FileEdit, Given, Offered, Plan, Tool, flattened

_ID = "keydesk"


def plan(places: Places, given: Given) -> Plan:
    folder = places.config / "opencode"
    with_comments = folder / "opencode.jsonc"
    file = with_comments if with_comments.exists() else folder / "opencode.json"
    key = places.secret_file("opencode.key")
    settings = {
        "model": f"{_ID}/{given.model}",
        "provider": {_ID: provider(given, f"{{file:{key.as_posix()}}}")},
    }
    schema = Change(("$schema",), "https://opencode.ai/config.json", is_default=True)
    return Plan(
        (
            FileEdit(key, "plain", (Change((), given.secret, is_secret=True),), is_private=True),
            FileEdit(file, "jsonc", (schema, *flattened(settings))),
        )
    )


def provider(given: Given, api_key: str) -> dict[str, Any]:
    """Return the settings of the gateway with all models."""
    return {
        "npm": "@ai-sdk/openai-compatible",
        "name": "LLM gateway",
        "options": {"baseURL": given.base, "apiKey": api_key},
        "models": {model.name: _limits(model) for model in given.models},
    }


def _limits(model: Offered) -> dict[str, Any]:
    if model.context is None or model.output is None:
        return {}
    return {"limit": {"context": model.context, "output": model.output}}


TOOL = Tool("opencode", "OpenCode", plan, start="opencode")
