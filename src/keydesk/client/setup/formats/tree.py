"""Values at paths in nested mappings and lists, such as those of parsed files."""

from collections.abc import Callable
from typing import Any, Final

from keydesk.client.errors import ClientError
from keydesk.client.setup.plan import Item, Location, Part

MISSING: Final = object()
"""Stands for a value that is not there."""


class Unreadable(ClientError):  # noqa: N818 - it reads as what happened
    """A file does not have the format, or the values, that the tool expects."""


def value_at(tree: Any, path: Location) -> Any:
    """Return the value at the path, or MISSING. Raises Unreadable if something else than a container is in between."""
    for part in path:
        if tree is MISSING or tree is None:
            return MISSING
        index = position(tree, part)
        tree = MISSING if index is None else tree[index]
    return tree


def position(container: Any, part: Part) -> Any:
    """Return the key or the index of a part in its container, or None if it is not there. Raises Unreadable."""
    if isinstance(part, Item):
        if not isinstance(container, list):
            raise Unreadable(f"there is no list where the entry {part.value} belongs")
        found = (number for number, each in enumerate(container) if _is(each, part))
        return next(found, None)
    if not isinstance(container, dict):
        raise Unreadable(f"there are no settings where {part} belongs")
    return part if part in container else None


def put(tree: Any, path: Location, value: Any, new: Callable[[Location], Any]) -> None:
    """Set the value at a path of a tree that can be changed. `new` makes the container for the rest of a path."""
    for number, part in enumerate(path):
        rest = path[number + 1 :]
        index = position(tree, part)
        if not rest and not isinstance(part, Item):
            tree[part] = value
            return
        if index is None:
            child = new(rest)
            if isinstance(part, Item):
                child[part.name] = part.value
                tree.append(child)
                index = len(tree) - 1
            else:
                tree[part] = child
                index = part
        tree = tree[index]


def remove(tree: Any, path: Location) -> None:
    """Remove the value at a path, which is there."""
    container = value_at(tree, path[:-1])
    del container[position(container, path[-1])]


def is_bare(value: Any, part: Part) -> bool:
    """Return whether a container is empty, or has only what identifies it."""
    if isinstance(part, Item):
        return bool(value == {part.name: part.value})
    return isinstance(value, dict | list) and not value


def _is(element: Any, item: Item) -> bool:
    return isinstance(element, dict) and element.get(item.name) == item.value
