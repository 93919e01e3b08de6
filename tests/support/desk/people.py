"""Sample people. Every test has its own, with names that are unique on a shared gateway."""

import uuid
from dataclasses import dataclass
from typing import Any

NAMES = ("alice", "bob", "carol", "jane", "olga")
PLATFORM_TEAM = "group:default/platform-team"
"""Olga's group, which has permissions that others lack."""
SCENES = 800
"""The number of tests of one Keydesk with their own people."""


@dataclass(frozen=True)
class Scene:
    """The people of one test, named as in `NAMES`."""

    name: str

    def user_id(self, name: str) -> str:
        """The LiteLLM user id, which is also the name in the person's entity reference."""
        return f"{name}-{self.name}"

    def email(self, name: str) -> str:
        return f"{self.user_id(name)}@example.com"

    def ref(self, name: str) -> str:
        return f"user:default/{self.user_id(name)}"

    def directory(self) -> list[dict[str, Any]]:
        """Return these people as the configuration's `directory.people`."""
        return [_entry(self, name) for name in NAMES]


class Troupe:
    """The people of all tests of one Keydesk.

    Its directory has them from the start, and scenes are handed out one by one.
    """

    def __init__(self, scenes: int = SCENES) -> None:
        run = uuid.uuid4().hex[:8]
        self._scenes = [Scene(f"{run}-{number}") for number in range(scenes)]
        self._next = iter(self._scenes)

    def next_scene(self) -> Scene:
        return next(self._next)

    def directory(self) -> list[dict[str, Any]]:
        """Return these people as the configuration's `directory.people`."""
        return [person for scene in self._scenes for person in scene.directory()]


def _entry(scene: Scene, name: str) -> dict[str, Any]:
    return {
        "ref": scene.ref(name),
        "email": scene.email(name),
        "display_name": f"{name.title()} of {scene.name}",
        "groups": [PLATFORM_TEAM] if name == "olga" else [],
    }
