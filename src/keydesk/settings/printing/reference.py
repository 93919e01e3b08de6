"""Generates the reference of all settings in Markdown, for docs/reference/configuration.md."""

import json
from collections.abc import Iterator
from typing import Any

from keydesk.settings.names import environment_name
from keydesk.settings.root import Settings

_HEAD = "| Setting | Type | Default | Environment | Description |\n| --- | --- | --- | --- | --- |"
_WORDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "null",
    "object": "map of texts",
}
_PLURALS = {"integer": "whole numbers"}
_LIMITS = {"minimum": "at least {}", "exclusiveMinimum": "more than {}", "maximum": "at most {}"}
Schema = dict[str, Any]


def settings_reference() -> str:
    """Return a heading and a table for each section, in the order of the file."""
    schema = Settings.model_json_schema(by_alias=True)
    return "\n\n".join(_sections(schema, "", schema["$defs"])) + "\n"


def _sections(section: Schema, path: str, sections: dict[str, Schema]) -> Iterator[str]:
    inner = {name: _section_of(entry) for name, entry in section["properties"].items()}
    rows = [
        _row(f"{path}{name}", entry, name in section.get("required", ()))
        for name, entry in section["properties"].items()
        if inner[name] is None or _is_list(entry)
    ]
    if rows:
        yield "\n".join([_heading(section, path), "", _HEAD, *rows])
    for name, entry in section["properties"].items():
        if definition := inner[name]:
            below = f"{path}{name}[]." if _is_list(entry) else f"{path}{name}."
            yield from _sections(sections[definition], below, sections)


def _heading(section: Schema, path: str) -> str:
    return f"### `{path.removesuffix('.')}`\n\n{section['description']}" if path else "### Top level"


def _row(path: str, entry: Schema, is_required: bool) -> str:
    default = f"`{json.dumps(entry['default'], ensure_ascii=False)}`" if "default" in entry else ""
    if entry.get("type") == "object":
        default = "`{}`"
    variable = "" if "[]" in path else f"`{environment_name(tuple(path.split('.')))}`"
    cells = (
        f"`{path}`",
        _kind(entry),
        "required" if is_required else default,
        variable,
        " ".join(entry["description"].split()),
    )
    return f"| {' | '.join(cells)} |"


def _section_of(entry: Schema) -> str | None:
    """Return the name of the section in the entry, which may be optional or a list."""
    kinds = [*entry.get("anyOf", ()), entry, entry.get("items", {})]
    return next((kind["$ref"].rpartition("/")[2] for kind in kinds if "$ref" in kind), None)


def _is_list(entry: Schema) -> bool:
    return bool(entry.get("type") == "array")


def _kind(entry: Schema) -> str:
    if "anyOf" in entry:
        return " or ".join(map(_kind, entry["anyOf"]))
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if _is_list(entry):
        items = entry["items"]
        words = _kind(items) if "enum" in items else _PLURALS.get(items.get("type"), "texts")
        return "list" if "$ref" in items else f"list of {words}"
    if entry["type"] == "object" and _is_list(entry["additionalProperties"]):
        return "map of lists of texts"
    secret = "secret " if entry.get("format") == "password" else ""
    limits = [text.format(f"{entry[name]:,}") for name, text in _LIMITS.items() if name in entry]
    return ", ".join([secret + _WORDS[entry["type"]], *limits])
