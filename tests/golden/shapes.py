"""Compares two responses by their shape: the same members of the same types, with any values."""

from collections.abc import Iterator
from typing import Any

MAPS = {"usage_by_model", "usage_by_key", "metadata", "before_value", "updated_values"}
"""Members whose own members depend on what there is."""


def disagreements(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Return where the shapes differ. Null matches everything, and an empty list matches every list."""
    if one is None or other is None:
        return
    if kind(one) != kind(other):
        yield f"{path}: {kind(one)} and {kind(other)}"
    elif isinstance(one, dict):
        yield from _members(one, other, path)
    elif isinstance(one, list) and one and other:
        yield from disagreements(one[0], other[0], f"{path}[]")


def _members(one: dict[str, Any], other: dict[str, Any], path: str) -> Iterator[str]:
    if path.rpartition(".")[2] in MAPS:
        values = [*one.values()][:1], [*other.values()][:1]
        yield from disagreements(*values, path=path)
        return
    for name in sorted(one.keys() ^ other.keys()):
        yield f"{path}.{name}: only on one side"
    for name in one.keys() & other.keys():
        yield from disagreements(one[name], other[name], f"{path}.{name}")


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"
