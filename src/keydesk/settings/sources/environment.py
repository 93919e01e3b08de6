"""Reads settings from `KEYDESK_...` variables: `KEYDESK_LITELLM__MASTER_KEY` is `litellm.masterKey`."""

import json
from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args

from pydantic.fields import FieldInfo

from keydesk.settings.key_paths import KeyPath, did_you_mean
from keydesk.settings.names import NESTING, PREFIX, environment_name, fields_of, is_list, is_map, section_in
from keydesk.settings.root import Settings
from keydesk.settings.section import Section
from keydesk.settings.sources.layers import Layer


def from_environment(environ: Mapping[str, str]) -> tuple[Layer, list[str]]:
    """Return the settings in the variables, and the errors.

    Lists, maps and whole sections are JSON. Unknown variables of a single word, such as `KEYDESK_PORT`, are ignored,
    because orchestrators set them for a service with the name keydesk.
    """
    tree: dict[str, Any] = {}
    variables: dict[KeyPath, str] = {}
    faults = []
    for variable in sorted(filter(lambda name: name.startswith(PREFIX), environ), key=_depth):
        try:
            if path := _set(tree, variable, environ[variable]):
                variables[path] = variable
        except ValueError as error:
            faults.append(f"{variable}: {error}")
    return Layer("the environment", tree, variables=variables), faults


def _depth(variable: str) -> tuple[int, str]:
    """Return the sort order: whole sections first, so that variables of single settings override them."""
    return variable.count(NESTING), variable


def _set(tree: dict[str, Any], variable: str, text: str) -> tuple[str, ...]:
    """Add the variable's value to `tree` and return its path, which is empty for an ignored variable."""
    path, field = _locate(variable.removeprefix(PREFIX).split(NESTING))
    if field is None:
        return ()
    value = _value(text, field)
    for name in path[:-1]:
        if not isinstance(tree.get(name), dict):
            tree[name] = {}
        tree = tree[name]
    tree[path[-1]] = value
    return path


def _locate(words: list[str]) -> tuple[tuple[str, ...], FieldInfo | None]:
    """Return the path and the field for the words of a variable. Raises ValueError if there is no such setting."""
    section: type[Section] | None = Settings
    path: tuple[str, ...] = ()
    field = None
    for word in words:
        fields = fields_of(section) if section else {}
        known = {environment_name((*path, name)): name for name in fields}
        variable = environment_name(path) + (NESTING if path else "") + word
        if variable not in known:
            if len(words) == 1:
                return (), None
            raise ValueError(f"is not a setting{did_you_mean(variable, known)}")
        path = (*path, known[variable])
        field = fields[path[-1]]
        section = None if is_list(field.annotation) else section_in(field.annotation)
    return path, field


def _value(text: str, field: FieldInfo) -> Any:
    kind = field.annotation
    if text == "null" and NoneType in get_args(kind):
        return None
    is_structured = is_list(kind) or is_map(kind) or section_in(kind) is not None
    if not is_structured or (is_list(kind) and not text.lstrip().startswith("[")):
        return text
    try:
        content = json.loads(text)
    except ValueError:
        raise ValueError("expected JSON") from None
    if not is_list(kind) and not isinstance(content, dict):
        raise ValueError("expected a JSON object")
    return content
