"""Compares the values before and after a change. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from keydesk.web.values import value_text

Kind = Literal["added", "removed", "changed", "same"]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value by its dotted path. A side is None if the value does not exist there.

    For lists, `gone` and `new` are the removed and added entries.
    """

    path: str
    before: str | None
    after: str | None
    kind: Kind
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def value_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ValueChange]:
    """Return the values of both sides, changed ones first, then by path."""
    found = list(_compared(before, after, ""))
    return sorted(found, key=lambda change: (change.kind == "same", change.path))


def _compared(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> Iterator[ValueChange]:
    for name in before.keys() | after.keys():
        path = f"{prefix}{name}"
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        maps = [value for value in (old, new) if isinstance(value, Mapping) and value]
        if maps and all(isinstance(value, Mapping) or value is _ABSENT for value in (old, new)):
            yield from _compared(_as_map(old), _as_map(new), f"{path}.")
        else:
            yield _one(path, old, new)


def _one(path: str, old: Any, new: Any) -> ValueChange:
    before, after = _text(old), _text(new)
    if old is _ABSENT:
        return ValueChange(path, None, after, "added")
    if new is _ABSENT:
        return ValueChange(path, before, None, "removed")
    if isinstance(old, list) and isinstance(new, list) and old != new:
        gone = tuple(text for text in map(value_text, old) if text not in map(value_text, new))
        come = tuple(text for text in map(value_text, new) if text not in map(value_text, old))
        return ValueChange(path, before, after, "changed", gone, come)
    return ValueChange(path, before, after, "same" if _same(old, new) else "changed")


def _same(old: Any, new: Any) -> bool:
    """Python's True == 1 must not count as equal."""
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _as_map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return None if value is _ABSENT else value_text(value)
