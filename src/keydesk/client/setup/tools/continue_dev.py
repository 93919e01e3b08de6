"""Continue: `config.yaml` names a secret, which is in its `.env`."""

from typing import Any

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Change, FileEdit, Given, Item, Plan, Tool, flattened

_VARIABLE = "KEYDESK_API_KEY"


def plan(places: Places, given: Given) -> Plan:
    folder = places.moved("CONTINUE_GLOBAL_DIR", places.home / ".continue")
    usual = {"name": "Local Agent", "version": "1.0.0", "schema": "v1"}
    entry = model(given, f"${{{{ secrets.{_VARIABLE} }}}}")
    at = ("models", Item("name", str(entry.pop("name"))))
    changes = (
        *(Change((name,), value, is_default=True) for name, value in usual.items()),
        *flattened(entry, at),
    )
    key = Change((_VARIABLE,), given.secret, is_secret=True)
    return Plan(
        (
            FileEdit(folder / "config.yaml", "yaml", changes),
            FileEdit(folder / ".env", "env", (key,), is_private=True),
        )
    )


def model(given: Given, api_key: str) -> dict[str, Any]:
    """Return an entry of `models`."""
    return {
        "name": given.model,
        "provider": "openai",
        "model": given.model,
        "apiBase": given.base,
        "apiKey": api_key,
        "roles": ["chat", "edit", "apply"],
    }


TOOL = Tool("continue", "Continue", plan, start="cn")
