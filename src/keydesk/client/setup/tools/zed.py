"""Zed: `settings.json`. It takes the key from a variable or from its own settings page, never from this file."""

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import FileEdit, Given, Plan, Tool, flattened
from keydesk.client.setup.tools.shell import command_line

_NAME, _USUAL_CONTEXT = "Keydesk", 128_000


def plan(places: Places, given: Given) -> Plan:
    folder = places.roaming / "Zed" if places.platform == "win32" else places.config / "zed"
    provider = {
        "api_url": given.base,
        "available_models": [
            {"name": model.name, "display_name": model.name, "max_tokens": model.context or _USUAL_CONTEXT}
            for model in given.models
        ],
    }
    settings = {
        "language_models": {"openai_compatible": {_NAME: provider}},
        "agent": {"default_model": {"provider": _NAME, "model": given.model}},
    }
    return Plan(
        (FileEdit(folder / "settings.json", "jsonc", tuple(flattened(settings))),),
        (
            "Enter the key of the provider Keydesk in the settings of Zed, which keeps it in the keychain.",
            f"This prints the key: {command_line(places, given)}",
        ),
    )


TOOL = Tool("zed", "Zed", plan, start="zed", has_helper=True)
