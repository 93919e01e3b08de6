"""The demo's people, as a directory would know them. What they have in the gateway is in `sandbox.seed`."""

from typing import Any


def demo_people() -> list[dict[str, Any]]:
    """The configuration's `directory.people`."""
    return [
        _person("jane", "Jane Doe", "litellm-admins", "litellm-team-admins"),
        _person("bob", "Bob Baker"),
        _person("alice", "Alice Archer"),
        _person("carol", "Carol Chen"),
        _person("dave", "Dave Dunn"),
        _person("newbie", "New Bie", "ai-power-users"),
    ]


def _person(name: str, display_name: str, *groups: str) -> dict[str, Any]:
    return {"ref": name, "display_name": display_name, "email": f"{name}@example.com", "groups": groups}
