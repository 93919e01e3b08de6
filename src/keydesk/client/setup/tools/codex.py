"""Codex: `config.toml`. It runs a helper for the key, without a shell, and uses the Responses API only."""

from pathlib import Path

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import FileEdit, Given, Plan, Tool, flattened

_TIMEOUT_MS, _REFRESH_MS = 15_000, 300_000


def settings_file(places: Places) -> Path:
    return places.moved("CODEX_HOME", places.home / ".codex") / "config.toml"


def plan(places: Places, given: Given) -> Plan:
    settings = {
        "model": given.model,
        "model_provider": "keydesk",
        "model_providers": {
            "keydesk": {
                "name": "LLM gateway",
                "base_url": given.base,
                "wire_api": "responses",
                "auth": {
                    "command": given.command[0],
                    "args": [*given.command[1:]],
                    "timeout_ms": _TIMEOUT_MS,
                    "refresh_interval_ms": _REFRESH_MS,
                },
            }
        },
    }
    return Plan((FileEdit(settings_file(places), "toml", tuple(flattened(settings))),))


TOOL = Tool("codex", "Codex", plan, start="codex", has_helper=True)
