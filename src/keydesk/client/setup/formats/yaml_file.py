"""YAML, with its comments and layout kept. `ruamel.yaml` is imported when a file needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from keydesk.client.setup.formats import tree
from keydesk.client.setup.formats.tree import Unreadable
from keydesk.client.setup.plan import Item, Location

_WIDEST = 100_000


def parsed(text: str) -> Any:
    """Return the values, or None for a text without any."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import

    with _errors():
        return YAML(typ="safe", pure=True).load(text)


def with_value(text: str, path: Location, value: Any) -> str:
    document = _checked(text)
    if document is not None:
        tree.put(document, path, value, _container)
        return _dumped(document, text)
    document = _container(path)
    tree.put(document, path, value, _container)
    comments = f"{text.rstrip()}\n" if text.strip() else ""
    return comments + _dumped(document, "")


def without(text: str, path: Location) -> str:
    """Cut the lines of the value: `ruamel.yaml` would remove a comment that follows them as well."""
    document, expected = _checked(text), parsed(text)
    lines = text.splitlines(keepends=True)
    start, end = _lines_of(document, path, lines)
    tree.remove(expected, path)
    cut = "".join(lines[:start] + lines[end:])
    try:
        if (parsed(cut) or None) == (expected or None):
            return cut
    except Unreadable:
        pass
    tree.remove(document, path)
    return _dumped(document, text) if document else ""


def _lines_of(document: Any, path: Location, lines: list[str]) -> tuple[int, int]:
    """Return the first line of a value with its name, and the one behind its last. Other layouts than blocks differ."""
    container = tree.value_at(document, path[:-1])
    position = tree.position(container, path[-1])
    is_item = isinstance(path[-1], Item)
    start, column = container.lc.item(position) if is_item else container.lc.key(position)
    if is_item:
        column = max(lines[start][:column].rfind("-"), 0)
    end = last = start + 1
    while end < len(lines):
        stripped = lines[end].lstrip(" ")
        indent = len(lines[end]) - len(stripped)
        is_inside = indent > column or (not is_item and indent == column and stripped.startswith("- "))
        is_empty = not stripped.strip() or stripped.startswith("#")
        if not is_inside and not is_empty:
            break
        end += 1
        last = last if is_empty else end
    return start, last


def _checked(text: str) -> Any:
    parsed(text)
    with _errors():
        return _yaml(text).load(text)


@contextmanager
def _errors() -> Iterator[None]:
    """Raise Unreadable for the errors of the library."""
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - slow to import

    try:
        yield
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "it"
        raise Unreadable(f"{line} is not valid YAML") from None


def _yaml(text: str) -> Any:
    """Return a parser that writes lists indented as in the text."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415
    from ruamel.yaml.util import load_yaml_guess_indent  # noqa: PLC0415

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDEST
    try:
        _, indent, offset = load_yaml_guess_indent(text)
    except YAMLError:
        return yaml
    if indent is not None:
        yaml.indent(sequence=indent, offset=offset or 0)
    return yaml


def _dumped(document: Any, like: str) -> str:
    out = StringIO()
    _yaml(like).dump(document, out)
    return out.getvalue()


def _container(rest: Location) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415 - slow to import

    return CommentedSeq() if rest and isinstance(rest[0], Item) else CommentedMap()
