"""Says what is wrong with a configuration: the path as in the file, what was expected, never the value."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from keydesk.settings.key_paths import KeyPath, did_you_mean
from keydesk.settings.names import fields_of, section_in
from keydesk.settings.section import Section

REQUIRED = "is required"
_EXPECTED = {
    "missing": REQUIRED,
    "string_type": "expected text (in quotes, if it looks like a number)",
    "string_too_short": "expected at least {min_length} characters",
    "string_too_long": "expected at most {max_length} characters",
    "bool": "expected true or false",
    "int": "expected a whole number",
    "float": "expected a number",
    "finite_number": "expected a number",
    "tuple_type": "expected a list",
    "dict_type": "expected a mapping of names to values",
    "model_type": "expected a mapping of names to values",
    "model_attributes_type": "expected a mapping of names to values",
    "too_short": "expected at least {min_length} characters",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
    "literal_error": "expected {expected}",
    "value_error": "{error}",
}


def faults_in(error: ValidationError, root: type[Section]) -> Iterator[tuple[KeyPath, str]]:
    """Each fault's path, and what was expected there."""
    entries = error.errors(include_url=False, include_input=False)
    paths: list[KeyPath] = [tuple(part for part in entry["loc"] if part != "[key]") for entry in entries]
    for entry, path in zip(entries, paths, strict=True):
        if entry["type"] == "too_short" and any(path == other[: len(path)] != other for other in paths):
            continue  # Entries that are wrong were not counted; they are explained themselves.
        context = entry.get("ctx", {})
        if entry["type"] == "refused":
            for at, expected in context["faults"]:
                yield (*path, *at), expected
        elif entry["type"] == "extra_forbidden":
            yield path, f"is not a setting{did_you_mean(str(path[-1]), _names_beside(path, root))}"
        else:
            yield path, _expected(entry["type"], context)


def _expected(kind: str, context: dict[str, Any]) -> str:
    """In our words, since pydantic's own messages can quote what they found."""
    if kind.endswith("too_short") and context.get("min_length") == 1:
        return "must not be empty"
    template = _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0])
    shown = {name: int(value) if _is_integral(value) else value for name, value in context.items()}
    return template.format_map(shown) if template else f"is not what was expected ({kind})"


def _is_integral(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _names_beside(path: KeyPath, root: type[Section]) -> list[str]:
    section: type[Section] | None = root
    for part in path[:-1]:
        if isinstance(part, str) and section is not None:
            section = section_in(fields_of(section)[part].annotation)
    return list(fields_of(section)) if section else []
