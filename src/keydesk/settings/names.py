"""Names of settings: camelCase in files, snake_case in code, `KEYDESK_...` in the environment."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.alias_generators import to_snake
from pydantic.fields import FieldInfo

from keydesk.settings.section import Section

PREFIX = "KEYDESK_"
NESTING = "__"


def fields_of(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of a section by their names in files."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def section_in(annotation: Any) -> type[Section] | None:
    """Return the section type in a field's annotation, which may be optional or a list."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(section_in, get_args(annotation))), None)


def is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def is_map(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def environment_name(path: tuple[str, ...]) -> str:
    """Return the environment variable, such as `KEYDESK_LITELLM__MASTER_KEY` for `litellm.masterKey`."""
    return PREFIX + NESTING.join(to_snake(name).upper() for name in path)


def leaves(section: type[Section], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yield every field that is not a section, with its path. Items of lists are not included."""
    for name, field in fields_of(section).items():
        inner = None if is_list(field.annotation) else section_in(field.annotation)
        if inner is None:
            yield (*path, name), field
        else:
            yield from leaves(inner, (*path, name))


def in_file_names(section: type[Section], content: Any) -> Any:
    """Return `content` with names such as `master_key` replaced by the names in files, such as `masterKey`."""
    if isinstance(content, Mapping):
        known = _known(section)
        return dict(_in_file_names(*known.get(name, (name, None)), value) for name, value in content.items())
    if isinstance(content, list | tuple):
        return [in_file_names(section, item) for item in content]
    return content


def _in_file_names(name: str, inner: type[Section] | None, value: Any) -> tuple[str, Any]:
    return name, in_file_names(inner, value) if inner else value


@cache
def _known(section: type[Section]) -> Mapping[str, tuple[str, type[Section] | None]]:
    """Return for each name in code the name in files and its section. Cached, because directories are large."""
    return {
        name: (field.alias or name, section_in(field.annotation))
        for name, field in section.model_fields.items()
    }
