"""Walks the sections by the names they have in files and in the environment."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.alias_generators import to_snake
from pydantic.fields import FieldInfo

from keydesk.settings.section import Section

PREFIX = "KEYDESK_"
NESTING = "__"


def fields_of(section: type[Section]) -> dict[str, FieldInfo]:
    """The fields of a section by the names they have in files."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def section_in(annotation: Any) -> type[Section] | None:
    """The section a field holds: as it is, optionally, or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(section_in, get_args(annotation))), None)


def is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def is_map(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def environment_name(path: tuple[str, ...]) -> str:
    """`KEYDESK_LITELLM__MASTER_KEY` for `litellm.masterKey`."""
    return PREFIX + NESTING.join(to_snake(name).upper() for name in path)


def leaves(section: type[Section], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every field that is no section itself, with its path; the insides of lists do not count."""
    for name, field in fields_of(section).items():
        inner = None if is_list(field.annotation) else section_in(field.annotation)
        if inner is None:
            yield (*path, name), field
        else:
            yield from leaves(inner, (*path, name))


def in_file_names(section: type[Section], content: Any) -> Any:
    """`content` with the names a program uses (`master_key`) replaced by those of files (`masterKey`)."""
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
    """A program's names, each with that of files and the section inside. A directory has thousands of entries."""
    return {
        name: (field.alias or name, section_in(field.annotation))
        for name, field in section.model_fields.items()
    }
