"""The sample people of the tests. Every test has its own, whose names nobody else on a shared gateway has."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAMES = ("alice", "bob", "carol", "jane", "olga")
PLATFORM_TEAM = "group:default/platform-team"
"""Olga's group, which may do what others may not."""
SCENES = 300
"""How many tests of one process can have people of their own."""


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


@dataclass(frozen=True)
class Troupe:
    """The people of all tests of one process, known to the directory from the start."""

    scenes: tuple[Scene, ...]

    @classmethod
    def gathered(cls) -> "Troupe":
        run = uuid.uuid4().hex[:8]
        return cls(tuple(Scene(f"{run}-{number}") for number in range(SCENES)))

    def directory(self) -> list[dict[str, Any]]:
        """The configuration's `directory.people`."""
        return [_entry(scene, name) for scene in self.scenes for name in NAMES]

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)


def _entry(scene: Scene, name: str) -> dict[str, Any]:
    return {
        "ref": scene.ref(name),
        "email": scene.email(name),
        "display_name": f"{name.title()} of {scene.name}",
        "groups": [PLATFORM_TEAM] if name == "olga" else [],
    }
