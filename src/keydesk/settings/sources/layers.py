"""Merges the sources of settings, and finds the source of a value."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from keydesk.settings.key_paths import KeyPath


class Mark(Enum):
    """Special values. `REMOVED` represents null in an app-config and removes the value of lower layers."""

    REMOVED = "removed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one source, with the names of keydesk.yaml.

    `read_as` maps paths to their paths in the source, such as `backend.baseUrl`. `variables` maps paths to the
    environment variables that set them.
    """

    source: str
    tree: Mapping[str, Any] = field(repr=False)
    read_as: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    variables: Mapping[KeyPath, str] = field(default_factory=dict)

    def own_path(self, path: KeyPath) -> KeyPath:
        """Return the path as it is written in the source."""
        end = _known_part(self.read_as, path)
        return (*self.read_as[path[:end]], *path[end:]) if end else path

    def source_of(self, path: KeyPath) -> str:
        """Return the variable or the file that sets the value at `path`."""
        end = _known_part(self.variables, path)
        return self.variables[path[:end]] if end else self.source


def _known_part(paths: Container[KeyPath], path: KeyPath) -> int:
    """Return the length of the longest prefix of `path` that is in `paths`, or 0."""
    return next((end for end in range(len(path), 0, -1) if path[:end] in paths), 0)


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return all layers merged. Mappings are merged by name. All other values, including lists, are replaced."""
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
    """Return the layer that sets the value at `path`, or None if it has the default."""
    deciding = None
    for layer in layers:
        value = _value_at(layer.tree, path)
        if value is Mark.REMOVED:
            deciding = None
        elif value is not Mark.NOTHING:
            deciding = layer
    return deciding


def _value_at(tree: Any, path: KeyPath) -> Any:
    for part in path:
        if not isinstance(tree, Mapping):
            return tree  # A text or a list replaces everything below it.
        if part not in tree:
            return Mark.NOTHING
        tree = tree[part]
    return tree
