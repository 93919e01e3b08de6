"""The sources of settings, one over the other, and which of them a value came from."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from keydesk.settings.key_paths import KeyPath


class Mark(Enum):
    """What no file can say: `REMOVED` stands where a Backstage file has null, and takes away what was below."""

    REMOVED = "removed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, by the names of files.

    `read_as` holds the paths that have another name in that source, such as `backend.baseUrl`, and
    `variables` those that come from a variable of the environment.
    """

    source: str
    tree: Mapping[str, Any] = field(repr=False)
    read_as: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    variables: Mapping[KeyPath, str] = field(default_factory=dict)

    def own_path(self, path: KeyPath) -> KeyPath:
        """The path as this source writes it."""
        end = _known_part(self.read_as, path)
        return (*self.read_as[path[:end]], *path[end:]) if end else path

    def source_of(self, path: KeyPath) -> str:
        """The variable or the file that the value at `path` is from."""
        end = _known_part(self.variables, path)
        return self.variables[path[:end]] if end else self.source


def _known_part(paths: Container[KeyPath], path: KeyPath) -> int:
    """How much of the beginning of `path` is one of `paths`; 0 for nothing."""
    return next((end for end in range(len(path), 0, -1) if path[:end] in paths), 0)


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """All layers in one: mappings are merged name by name, anything else is replaced, lists included."""
    result: dict[str, Any] = {}
    for layer in layers:
        result = _over(result, layer.tree)
    return result


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for name, value in above.items():
        if value is Mark.REMOVED:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            old = result.get(name)
            result[name] = _over(old if isinstance(old, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def layer_of(path: KeyPath, layers: Sequence[Layer]) -> Layer | None:
    """The layer that decides the value at `path`, or None for a default."""
    deciding = None
    for layer in layers:
        said = _said(layer.tree, path)
        if said is Mark.REMOVED:
            deciding = None
        elif said is not Mark.NOTHING:
            deciding = layer
    return deciding


def _said(tree: Any, path: KeyPath) -> Any:
    for part in path:
        if not isinstance(tree, Mapping):
            return tree  # A text or a list stands for everything below it.
        if part not in tree:
            return Mark.NOTHING
        tree = tree[part]
    return tree
