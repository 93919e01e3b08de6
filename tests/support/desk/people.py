"""The sample people of the tests. Every test has its own, whose names nobody else on a shared gateway has."""

import uuid
from dataclasses import dataclass
from typing import Any

NAMES = ("alice", "bob", "carol", "jane", "olga")
PLATFORM_TEAM = "group:default/platform-team"
"""Olga's group, which may do what others may not."""
SCENES = 800
"""How many tests of one desk can have people of their own."""


@dataclass(frozen=True)
class Scene:
    """The people of one test. Names are those of `NAMES`."""

    name: str

    def user_id(self, name: str) -> str:
        """The LiteLLM user id, which is also the name in the person's entity reference."""
        return f"{name}-{self.name}"

    def email(self, name: str) -> str:
        return f"{self.user_id(name)}@example.com"

    def ref(self, name: str) -> str:
        return f"user:default/{self.user_id(name)}"

    def directory(self) -> list[dict[str, Any]]:
        """These people alone as the configuration's `directory.people`."""
        return [_entry(self, name) for name in NAMES]


class Troupe:
    """The people of all tests of one desk, known to its directory from the start, given out scene by scene."""

    def __init__(self, scenes: int = SCENES) -> None:
        run = uuid.uuid4().hex[:8]
        self._scenes = [Scene(f"{run}-{number}") for number in range(scenes)]
        self._next = iter(self._scenes)

    def next_scene(self) -> Scene:
        return next(self._next)

    def directory(self) -> list[dict[str, Any]]:
        """The configuration's `directory.people`."""
        return [person for scene in self._scenes for person in scene.directory()]


def _entry(scene: Scene, name: str) -> dict[str, Any]:
    return {
        "ref": scene.ref(name),
        "email": scene.email(name),
        "display_name": f"{name.title()} of {scene.name}",
        "groups": [PLATFORM_TEAM] if name == "olga" else [],
    }
