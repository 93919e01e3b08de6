"""Describes the OpenAPI document's schemas as text for the API reference. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
_LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field of a body or response. `path` is dotted for nested objects."""

    path: str
    type: str
    required: bool
    description: str


class SchemaTexts:
    """`schemas` are the document's `components.schemas`."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas

    def type_of(self, schema: Schema) -> str:
        """Return a type as text, such as `list of text` or `number or null`."""
        if "$ref" in schema:
            return self.type_of(self._resolved(schema)) if self._is_plain(schema) else _name(schema)
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self.type_of(option) for option in schema["anyOf"]))
        if "const" in schema:
            return (
                repr(schema["const"]).lower() if isinstance(schema["const"], bool) else f"“{schema['const']}”"
            )
        if "enum" in schema:
            return " or ".join(f"“{value}”" for value in schema["enum"])
        return self._simple(schema)

    def about(self, schema: Schema) -> str:
        """Return the schema's docstring if it describes an object."""
        named = self._object(schema)
        return str(named.get("description", "")) if named else ""

    def fields(self, schema: Schema) -> list[FieldText]:
        """Return every field of an object, of a list's items or of several variants, outer fields first."""
        return list(dict.fromkeys(self._fields(schema, "")))

    def _fields(self, schema: Schema, prefix: str) -> Iterator[FieldText]:
        for option in schema.get("anyOf", ()):
            yield from self._fields(option, prefix)
        found = self._object(schema)
        if found is None:
            return
        required = found.get("required", ())
        for name, inner in found.get("properties", {}).items():
            path = f"{prefix}{name}"
            yield FieldText(path, self.type_of(inner), name in required, _meaning(inner))
            yield from self._fields(inner, f"{path}.")

    def _simple(self, schema: Schema) -> str:
        kind = schema.get("type")
        if kind == "array":
            return f"list of {self.type_of(schema.get('items', {}))}"
        if kind == "object":
            inner = schema.get("additionalProperties")
            return f"map of {self.type_of(inner)}" if isinstance(inner, dict) else "object"
        words = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
        formats = {"date-time": "time", "date": "day"}
        return formats.get(schema.get("format", ""), words.get(str(kind), str(kind or "anything")))

    def _object(self, schema: Schema) -> Schema | None:
        """Return the object of a schema, through references, lists and maps."""
        schema = self._resolved(schema)
        if "properties" in schema:
            return schema
        for inner in (schema.get("items"), schema.get("additionalProperties")):
            if isinstance(inner, dict):
                return self._object(inner)
        return None

    def _resolved(self, schema: Schema) -> Schema:
        return self._schemas[_name(schema)] if "$ref" in schema else schema

    def _is_plain(self, schema: Schema) -> bool:
        return "properties" not in self._resolved(schema)


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _meaning(schema: Schema) -> str:
    limits = [words.format(schema[name]) for name, words in _LIMITS.items() if name in schema]
    default = [f"default {schema['default']!r}"] if schema.get("default") not in (None, "", []) else []
    text = str(schema.get("description", ""))
    return "; ".join([*([text] if text else []), *limits, *default])
