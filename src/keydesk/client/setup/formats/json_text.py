"""Parses JSON with comments and trailing commas, and remembers where each value is in the text.

No maintained Python library keeps comments when it changes such files.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from keydesk.client.setup.formats.tree import Unreadable

_SPACE = re.compile(r"(?:[\s\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_DECODER = json.JSONDecoder()


@dataclass(slots=True)
class Node:
    """A value from `start` to `end` in the text. Members of objects and elements of lists are its children."""

    start: int
    end: int
    value: Any
    children: "list[Child]" = field(default_factory=list)


@dataclass(slots=True)
class Child:
    """`start` is that of the name in an object. `comma` is the position of the comma that follows, if any."""

    start: int
    name: str | None
    node: Node
    comma: int | None = None


def document(text: str) -> Node | None:
    """Return the value of the text, or None for a text without one. Raises Unreadable."""
    try:
        return _Reader(text).document()
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def document(self) -> Node | None:
        self._skip()
        if self._at == len(self._text):
            return None
        found = self._value()
        self._skip()
        if self._at != len(self._text):
            self._fail()
        return found

    def _value(self) -> Node:
        match self._text[self._at : self._at + 1]:
            case "{":
                return self._object()
            case "[":
                return self._list()
        start = self._at
        value = self._scalar()
        return Node(start, self._at, value)

    def _object(self) -> Node:
        node = Node(self._at, 0, {})
        while self._has_next(node, "}"):
            start = self._at
            if self._text[start : start + 1] != '"':
                self._fail()
            name = self._scalar()
            self._skip()
            self._take(":")
            self._skip()
            node.children.append(Child(start, name, self._value()))
        node.value = {child.name: child.node.value for child in node.children}
        return node

    def _list(self) -> Node:
        node = Node(self._at, 0, [])
        while self._has_next(node, "]"):
            node.children.append(Child(self._at, None, self._value()))
        node.value = [child.node.value for child in node.children]
        return node

    def _has_next(self, node: Node, end: str) -> bool:
        """Go to the next child of the container, or behind its end. Return whether there is one."""
        if not node.children:
            self._at += 1
        self._skip()
        if node.children and self._text[self._at : self._at + 1] == ",":
            node.children[-1].comma = self._at
            self._at += 1
            self._skip()
        elif node.children and self._text[self._at : self._at + 1] != end:
            self._fail()
        if self._text[self._at : self._at + 1] != end:
            return True
        self._at += 1
        node.end = self._at
        return False

    def _scalar(self) -> Any:
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except ValueError:
            self._fail()
        return value

    def _take(self, mark: str) -> None:
        if self._text[self._at : self._at + 1] != mark:
            self._fail()
        self._at += 1

    def _skip(self) -> None:
        """Go behind white space and comments."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _fail(self) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        raise Unreadable(f"line {line} is not valid JSON")
