"""Reads the YAML file, lays the environment over it, and explains every mistake with its path."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.alias_generators import to_camel, to_snake

from keydesk.settings import Settings

_FREE_MAPS = {"metadata", "grants"}


class SettingsError(Exception):
    """The configuration cannot be used. `faults` has one line a mistake: the path, and what was expected."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_settings(path: Path | None = None, **sections: Any) -> Settings:
    """Settings from `path` (if given), then `sections`, then `KEYDESK_...` variables, the last one winning.

    Raises SettingsError when the file cannot be read or any value is wrong.
    """
    content = {**(_read(path) if path else {}), **sections}
    try:
        return Settings(**content)
    except ValidationError as error:
        raise SettingsError([_fault(entry) for entry in error.errors(include_url=False)]) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror})"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise SettingsError([f"{path}: expected YAML{where}"]) from None
    if not isinstance(content, dict):
        raise SettingsError([f"{path}: expected a mapping of sections"])
    snake: dict[str, Any] = _snake_names(content)
    return snake


def _snake_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_snake_names(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        to_snake(str(name)): item if name in _FREE_MAPS else _snake_names(item)
        for name, item in value.items()
    }


def _fault(error: Any) -> str:
    path = ".".join(to_camel(str(part)) for part in error["loc"])
    expectations = {"extra_forbidden": "is not a setting", "missing": "is required"}
    text = expectations.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return f"{path}: {text}" if path else text
