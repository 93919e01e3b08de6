"""Checks the rules of an invalid configuration as far as its valid values allow."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.names import is_list, section_in
from keydesk.settings.section import Faults, Section

IsUnknown = Callable[[KeyPath], bool]
"""Returns whether the value at a path is absent because of an error, so that its default does not apply."""


def readable(section: type[Section], content: Any, is_unknown: IsUnknown, path: KeyPath = ()) -> Any:
    """Return the section with only its valid values and defaults. Reading another value raises AttributeError."""
    content = section.without_nulls(content) if isinstance(content, Mapping) else {}
    values: dict[str, Any] = {}
    for name, field in section.model_fields.items():
        at = (*path, field.alias or name)
        if at[-1] in content:
            with suppress(ValidationError):
                values[name] = _value(field, content[at[-1]], is_unknown, at)
        elif not field.is_required() and not is_unknown(at):
            values[name] = field.get_default(call_default_factory=True, validated_data={})
    given = {name for name, field in section.model_fields.items() if (field.alias or name) in content}
    partial = section.model_construct(given, **values)
    for name in section.model_fields.keys() - values.keys():
        partial.__dict__.pop(name, None)  # model_construct added the default
    return partial


def _value(field: FieldInfo, given: Any, is_unknown: IsUnknown, path: KeyPath) -> Any:
    inner, is_several = section_in(field.annotation), is_list(field.annotation)
    if inner is not None and not is_several and isinstance(given, Mapping):
        return readable(inner, given, is_unknown, path)
    if inner is not None and is_several and isinstance(given, list | tuple):
        return tuple(readable(inner, item, is_unknown, (*path, at)) for at, item in enumerate(given))
    # The field itself cannot be the metadata, because it has an alias.
    kind: Any = Annotated[field.annotation, "a value", *field.metadata]
    return TypeAdapter(kind).validate_python(given)


def broken_rules(section: Section, path: KeyPath = ()) -> Faults:
    """Yield what breaks the rules of the section and of the sections in it. Rules about invalid values are skipped."""
    for check in section.rules:
        with suppress(AttributeError):
            for at, expected in check(section):
                yield (*path, *at), expected
    for name, field in type(section).model_fields.items():
        value, at = section.__dict__.get(name), (*path, field.alias or name)
        if isinstance(value, Section):
            yield from broken_rules(value, at)
        elif isinstance(value, tuple) and section_in(field.annotation) is not None:
            for index, item in enumerate(value):
                yield from broken_rules(item, (*at, index))
