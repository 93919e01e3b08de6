"""Explains validation errors: the path in the file, what was expected and what was found. Never quotes text."""

import re
from typing import Any

from pydantic import ValidationError

from keydesk.settings.key_paths import KeyPath, did_you_mean
from keydesk.settings.names import fields_of, section_in
from keydesk.settings.partial import IsUnknown, broken_rules, readable
from keydesk.settings.section import REFUSED, Faults, Section

REQUIRED = "is required"
_EXPECTED = {
    "missing": REQUIRED,
    "string_type": "expected a string (put it in quotes if it looks like a number)",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "bool": "expected true or false",
    "int": "expected a whole number",
    "float": "expected a number",
    "finite_number": "expected a number",
    "tuple_type": "expected a list",
    "dict_type": "expected a mapping of names to values",
    "model_type": "expected a mapping of names to values",
    "model_attributes_type": "expected a mapping of names to values",
    "too_short": "must have at least {min_length} characters",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "expected {expected}",
    "value_error": "{error}",
}


_NUMBER_KINDS = ("greater_than", "less_than", "int_from_float")
_NUMBER = re.compile(r"[+-]?[0-9.]{1,20}")
_EMPTY = "must not be empty"
_KEY = "[key]"
"""Marks an error in the name of an entry. The path contains the name."""


def faults_in(
    error: ValidationError, root: type[Section], content: Any, is_unknown: IsUnknown = lambda _: False
) -> Faults:
    """Yield each error in `content`, and each rule across settings that its valid values break."""
    yield from _of_values(error, root)
    yield from broken_rules(readable(root, content, is_unknown))


def _of_values(error: ValidationError, root: type[Section]) -> Faults:
    entries = error.errors(include_url=False)
    paths: list[KeyPath] = [tuple(part for part in entry["loc"] if part != _KEY) for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        if entry["type"] == "too_short" and any(path == other[: len(path)] != other for other in paths):
            continue  # Pydantic does not count invalid entries. They have errors of their own.
        kind = entry["type"]
        if kind == "extra_forbidden":
            yield path, f"is not a setting{did_you_mean(str(path[-1]), _names_beside(path, root))}"
        elif kind != REFUSED:  # `broken_rules` finds these, and more
            expected = _expected(kind, entry.get("ctx", {}))
            is_shown = _KEY not in entry["loc"] and expected != _EMPTY
            yield path, expected + (_found(kind, entry["input"]) if is_shown else "")


def _expected(kind: str, context: dict[str, Any]) -> str:
    """Return the message of an error. Pydantic's own messages are not used because they can quote the value."""
    if kind.endswith("too_short") and context.get("min_length") == 1:
        return _EMPTY
    template = _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0])
    shown = {name: int(value) if _is_integral(value) else value for name, value in context.items()}
    return template.format_map(shown) if template else f"is invalid ({kind})"


def _found(kind: str, value: Any) -> str:
    """Describe the value. Text is not quoted, because it can be a misplaced secret."""
    if kind == "missing":
        return ""
    if kind.startswith(_NUMBER_KINDS) and _NUMBER.fullmatch(str(value)):
        return f", found {value}"
    return f", found {_description(value)}"


def _description(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number"
        case str():
            return f"a string of length {len(value)}" if value else "an empty string"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _is_integral(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _names_beside(path: KeyPath, root: type[Section]) -> list[str]:
    section: type[Section] | None = root
    for part in path[:-1]:
        if isinstance(part, str) and section is not None:
            section = section_in(fields_of(section)[part].annotation)
    return list(fields_of(section)) if section else []
