"""Generates the JSON Schema of keydesk.yaml for editors, including placeholders such as `${VAR}`."""

from typing import Any

from keydesk.settings.access import permission_names
from keydesk.settings.root import Settings

_FILLED_IN = "FilledIn"
_FILLED_IN_SCHEMA: dict[str, Any] = {
    "title": "Placeholder",
    "description": "A string that contains ${VARIABLE}, or one of $env, $file and $include.",
    "anyOf": [
        {"type": "string", "pattern": r"\$\{[^{}]*\}"},
        {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("$env", "$file", "$include")},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ],
}


def settings_schema() -> dict[str, Any]:
    """Return a JSON Schema (draft 2020-12). Nothing is required, because the environment can set any value."""
    schema = Settings.model_json_schema(by_alias=True)
    sections = schema["$defs"]
    for section in (schema, *sections.values()):
        section.pop("required", None)
        section["properties"] = {name: _or_filled_in(entry) for name, entry in section["properties"].items()}
    schema["properties"]["grants"]["anyOf"][0]["propertyNames"] = {"enum": permission_names()}
    sections[_FILLED_IN] = _FILLED_IN_SCHEMA
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "keydesk.yaml",
        "description": "The configuration of Keydesk.",
    }


def _or_filled_in(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that accepts the value or a placeholder."""
    about: dict[str, Any] = {name: entry.pop(name) for name in ("description", "default") if name in entry}
    if isinstance(about.get("default"), dict):
        del about["default"]  # The settings of the section have their own defaults.
    entry.pop("title", None)
    kinds = entry.pop("anyOf", None) or [entry]
    return {**about, "anyOf": [*kinds, {"$ref": f"#/$defs/{_FILLED_IN}"}]}
