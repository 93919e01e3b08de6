"""The people of one test run on a gateway that may be shared, and Keydesk's rules for them."""

import uuid
from dataclasses import dataclass
from typing import Any

from keydesk.kit.permission import Permission

_GUESTS = 40
"""The number of tests of one run with their own people. The sign-in page lists them all."""


@dataclass(frozen=True)
class Guest:
    user_id: str
    name: str
    groups: tuple[str, ...] = ()

    def entry(self) -> dict[str, Any]:
        """Return the person as in the configuration's `directory.people`."""
        email = f"{self.user_id}@example.com"
        return {"ref": self.user_id, "display_name": self.name, "email": email, "groups": list(self.groups)}


class House:
    """Hands out guests and managers one by one."""

    def __init__(self) -> None:
        self.run = uuid.uuid4().hex[:8]
        self.managers = f"group:default/managers-{self.run}"
        self.handbook = f"handbook-{self.run}"
        self.search = f"search_{self.run}"
        numbers = range(_GUESTS)
        self._guests = [Guest(f"guest-{self.run}-{number}", f"Guest {number}") for number in numbers]
        self._managers = [
            Guest(f"manager-{self.run}-{number}", f"Manager {number}", (self.managers,)) for number in numbers
        ]
        self._next_guest, self._next_manager = iter(self._guests), iter(self._managers)

    def next_guest(self) -> Guest:
        return next(self._next_guest)

    def next_manager(self) -> Guest:
        return next(self._next_manager)

    def rules(self) -> dict[str, Any]:
        """Return the configuration in addition to that of all tests."""
        changes = [str(each) for each in Permission if each.startswith("litellm.team.")]
        return {
            "litellm": {
                "audit": {"group": self.managers},
                "team_admin": {
                    "group": [self.managers],
                    "allowed_models": ["gpt-4o", "gpt-4o-mini"],
                    "allowed_model_access_groups": ["basic"],
                    "max_budget_ceiling": 500.0,
                    "allow_team_delete": True,
                    "allowed_vector_stores": [self.handbook],
                    "allowed_mcp_servers": [self.search],
                    "object_permissions": {"enabled": True},
                },
            },
            "grants": {change: [self.managers] for change in changes},
            "directory": {"people": [each.entry() for each in (*self._guests, *self._managers)]},
        }
