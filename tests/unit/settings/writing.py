"""Writes configuration files for a test, and reads them as settings or as error messages."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from keydesk.settings import Settings
from keydesk.settings.loading import Configuration, SettingsError, load_configuration

MASTER_KEY = "sk-canary-0123456789"
LITELLM = {"baseUrl": "http://litellm:4000", "masterKey": MASTER_KEY}
DEMO = {"litellm": LITELLM, "demo": {"enabled": True}}
"""A minimal configuration."""


class Folder:
    """A folder with configuration files, and the environment to read them with."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, name: str, content: Any) -> Path:
        """Write a file with the text, or with any other value as JSON, which is also YAML."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    def read(self, *contents: Any, environ: Mapping[str, str] | None = None) -> Configuration:
        """Read Keydesk's own files with these contents, in this order."""
        files = [self.file(f"keydesk-{index}.yaml", content) for index, content in enumerate(contents)]
        return load_configuration(files, environ=environ or {})

    def settings(self, *contents: Any, environ: Mapping[str, str] | None = None) -> Settings:
        return self.read(*contents, environ=environ).settings

    def problems(self, *contents: Any, environ: Mapping[str, str] | None = None) -> list[str]:
        """Return the errors of these files, which must have some."""
        with pytest.raises(SettingsError) as refused:
            self.read(*contents, environ=environ)
        return refused.value.faults


def changed(base: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return `base` with `value` at the dotted path."""
    name, _, rest = path.partition(".")
    return {**base, name: changed(base.get(name, {}), rest, value) if rest else value}
