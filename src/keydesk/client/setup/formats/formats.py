"""The formats by name, and what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from keydesk.client.setup.formats import env_file, json_file, plain_file, toml_file, yaml_file
from keydesk.client.setup.formats.tree import MISSING, is_bare, value_at
from keydesk.client.setup.plan import Change, Location


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is parsed, and how a value is set and removed in a text. Raises Unreadable."""

    parsed: Callable[[str], Any]
    with_value: Callable[[str, Location, Any], str]
    without: Callable[[str, Location], str]

    @classmethod
    def of(cls, module: ModuleType) -> "Format":
        return cls(module.parsed, module.with_value, module.without)

    def changed(self, text: str, change: Change) -> str:
        """Return the text with a change. A value that is there already stays as it is written."""
        current = value_at(self.parsed(text), change.path)
        if current == change.value or (change.is_default and current is not MISSING):
            return text
        return self.with_value(text, change.path, change.value)

    def restored(self, text: str, path: Location, before: Any) -> str:
        """Return the text with the value at the path as it is in the parsed `before`."""
        previous = value_at(before, path)
        if previous is not MISSING:
            return self.with_value(text, path, previous)
        text = self.without(text, path)
        for length in range(len(path) - 1, 0, -1):
            parent = path[:length]
            was_there = value_at(before, parent) is not MISSING
            if was_there or not is_bare(value_at(self.parsed(text), parent), parent[-1]):
                break
            text = self.without(text, parent)
        return text


FORMATS: Mapping[str, Format] = {
    "json": Format(json_file.strictly_parsed, json_file.with_value, json_file.without),
    "jsonc": Format.of(json_file),
    "toml": Format.of(toml_file),
    "yaml": Format.of(yaml_file),
    "env": Format.of(env_file),
    "plain": Format.of(plain_file),
}
