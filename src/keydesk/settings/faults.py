"""Explains validation errors: the path in the file and the expected value. Never quotes the value."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from keydesk.settings.key_paths import KeyPath, did_you_mean
from keydesk.settings.names import fields_of, section_in
from keydesk.settings.section import Section

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


def faults_in(error: ValidationError, root: type[Section]) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path and the explanation of each error."""
    entries = error.errors(include_url=False, include_input=False)
    paths: list[KeyPath] = [tuple(part for part in entry["loc"] if part != "[key]") for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        if entry["type"] == "too_short" and any(path == other[: len(path)] != other for other in paths):
            continue  # Pydantic does not count invalid entries. They have errors of their own.
        context = entry.get("ctx", {})
        if entry["type"] == "refused":
            for at, expected in context["faults"]:
                yield (*path, *at), expected
        elif entry["type"] == "extra_forbidden":
            yield path, f"is not a setting{did_you_mean(str(path[-1]), _names_beside(path, root))}"
        else:
            yield path, _expected(entry["type"], context)


def _expected(kind: str, context: dict[str, Any]) -> str:
    """Return the message of an error. Pydantic's own messages are not used because they can quote the value."""
    if kind.endswith("too_short") and context.get("min_length") == 1:
        return "must not be empty"
    template = _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0])
    shown = {name: int(value) if _is_integral(value) else value for name, value in context.items()}
    return template.format_map(shown) if template else f"is invalid ({kind})"


def _is_integral(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _names_beside(path: KeyPath, root: type[Section]) -> list[str]:
    section: type[Section] | None = root
    for part in path[:-1]:
        if isinstance(part, str) and section is not None:
            section = section_in(fields_of(section)[part].annotation)
    return list(fields_of(section)) if section else []
