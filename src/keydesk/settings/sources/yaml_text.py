"""Parses YAML 1.2 (core schema) and JSON like Backstage: `no` and `2026-01-31` are strings.

PyYAML itself parses YAML 1.1 and accepts duplicate names, which are an error here.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from keydesk.settings.key_paths import KeyPath

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class YamlError(Exception):
    """The file is not valid YAML. The message has the position and never quotes the content."""


class _CoreLoader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as in PyYAML


def _whole(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern.pattern})\\Z")


def _mapping(loader: _CoreLoader, node: yaml.MappingNode) -> dict[str, Any]:
    names = [key.value for key, _ in node.value]
    for index, (key, _) in enumerate(node.value):
        if not isinstance(key, yaml.ScalarNode) or key.value in names[:index]:
            raise yaml.constructor.ConstructorError(problem_mark=key.start_mark)
    return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}


def _int(_: _CoreLoader, node: yaml.ScalarNode) -> int:
    text: str = node.value
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


for _tag, _pattern in (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT)):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _whole(_pattern), None)
_CoreLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _int)


def read_yaml(path: Path) -> Any:
    """Return the content of the file, or None if it is empty. Raises YamlError, or OSError if it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _CoreLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        raise YamlError("is not UTF-8 text") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise YamlError(f"is not valid YAML, or repeats a name{where}") from None
    except RecursionError:
        raise YamlError("is nested too deeply") from None


@dataclass
class Lines:
    """Finds the lines of settings in a file that `read_yaml` accepts. Parses the file again, for error messages."""

    file: Path

    def where(self, path: KeyPath) -> str:
        """Return the file and the line, such as `keydesk.yaml, line 3`."""
        line = self.line(path)
        return f"{self.file}, line {line}" if line else str(self.file)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of the setting, or of the innermost section around it that is in the file."""
        node, line = self._root, None
        for part in path:
            inner = _inside(node, part)
            if inner is None:
                break
            start, node = inner
            line = start.start_mark.line + 1
        return line

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            return yaml.compose(self.file.read_text(encoding="utf-8-sig"), _CoreLoader)
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            return None


def _inside(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the node where the item of the mapping or list starts, and the node of its value."""
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
