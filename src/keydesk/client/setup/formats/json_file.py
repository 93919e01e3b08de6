"""JSON, with or without comments. A change replaces only the text of the value, so that everything else stays."""

import json
import re
from dataclasses import dataclass
from typing import Any

from keydesk.client.setup.formats import tree
from keydesk.client.setup.formats.json_text import Child, Node, document
from keydesk.client.setup.plan import Item, Location, Part

_INDENT = re.compile(r"\n([ \t]+)\S")


def parsed(text: str) -> Any:
    """Return the values, or None for a text without any."""
    found = document(text)
    return None if found is None else found.value


def strictly_parsed(text: str) -> Any:
    """Return the values of JSON without comments and trailing commas."""
    try:
        return json.loads(text) if text.strip() else None
    except json.JSONDecodeError as error:
        raise tree.Unreadable(f"line {error.lineno} is not valid JSON, which has no comments") from None
    except RecursionError:
        raise tree.Unreadable("it is nested too deeply") from None


def with_value(text: str, path: Location, value: Any) -> str:
    node = document(text)
    if node is None:
        text = f"{text.rstrip()}\n".lstrip("\n") + ("[]\n" if isinstance(path[0], Item) else "{}\n")
        node = document(text)
    assert node is not None  # noqa: S101 - the text above has a value
    for number, part in enumerate(path):
        child = _child(node, part)
        if child is None:
            return _Insertion(text, node).of(part, _nested(path[number + 1 :], value))
        node = child.node
    return text[: node.start] + _dumped(value, text, _indent_at(text, node.start)) + text[node.end :]


def without(text: str, path: Location) -> str:
    node = document(text)
    for part in path[:-1]:
        node = _found(node, part).node
    child = _found(node, path[-1])
    assert node is not None  # noqa: S101 - it has the child
    return _cut(text, node.children, node.children.index(child))


def _child(node: Node, part: Part) -> Child | None:
    position = tree.position(node.value, part)
    if position is None:
        return None
    if isinstance(part, Item):
        return node.children[int(position)]
    return next(child for child in reversed(node.children) if child.name == part)


def _found(node: Node | None, part: Part) -> Child:
    child = None if node is None else _child(node, part)
    if child is None:
        raise KeyError(part)
    return child


def _nested(path: Location, value: Any) -> Any:
    """Return the value within new objects for the rest of a path."""
    for part in reversed(path):
        value = [{part.name: part.value} | value] if isinstance(part, Item) else {part: value}
    return value


@dataclass(frozen=True, slots=True)
class _Insertion:
    """A new last child of a container. It follows the comments of the one before."""

    text: str
    container: Node

    def of(self, part: Part, value: Any) -> str:
        children, close = self.container.children, self.container.end - 1
        if children and "\n" not in self.text[self.container.start : close]:
            return self._inserted(close, f" {self._member(part, value, None)}")
        at = len(self.text[:close].rstrip())
        outer = _indent_at(self.text, self.container.start)
        indent = _indent_at(self.text, children[-1].start) if children else outer + _unit(self.text)
        tail = "" if "\n" in self.text[at:close] else f"\n{outer}"
        return self._inserted(at, f"\n{indent}{self._member(part, value, indent)}{tail}")

    def _member(self, part: Part, value: Any, indent: str | None) -> str:
        whole = {part.name: part.value} | value if isinstance(part, Item) else value
        dumped = (
            json.dumps(whole, ensure_ascii=False) if indent is None else _dumped(whole, self.text, indent)
        )
        return dumped if isinstance(part, Item) else f"{json.dumps(part, ensure_ascii=False)}: {dumped}"

    def _inserted(self, at: int, new: str) -> str:
        text, last = self.text, self.container.children[-1:]
        if not last or last[0].comma is not None:
            comma = "," if last else ""
            return text[:at] + new.rstrip() + comma + new[len(new.rstrip()) :] + text[at:]
        end = last[0].node.end
        return text[:end] + "," + text[end:at] + new + text[at:]


def _cut(text: str, children: list[Child], number: int) -> str:
    """Return the text without a child, its comma, and the line that only it was on."""
    child = children[number]
    start, end = child.start, child.node.end if child.comma is None else child.comma + 1
    before = len(text[:start].rstrip(" \t"))
    after = len(text) - len(text[end:].lstrip(" \t"))
    if text[before - 1 : before] == "\n" and text[after : after + 1] == "\n":
        start, end = before, after + 1
    elif text[before - 1 : before] != "\n":
        start = before
    text = text[:start] + text[end:]
    previous = children[number - 1].comma if number and child.comma is None else None
    return text if previous is None else text[:previous] + text[previous + 1 :]


def _dumped(value: Any, text: str, indent: str) -> str:
    return json.dumps(value, indent=_unit(text), ensure_ascii=False).replace("\n", f"\n{indent}")


def _unit(text: str) -> str:
    """Return the indentation of the text's first indented line, or two spaces."""
    found = _INDENT.search(text)
    return found[1] if found else "  "


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]
