"""Reads Backstage's environment variables that override the app-config, such as `APP_CONFIG_litellm_baseUrl`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.sources.backstage_file import inside
from keydesk.settings.sources.backstage_translation import translated
from keydesk.settings.sources.layers import Layer

_PREFIX = "APP_CONFIG_"


def read_backstage_variables(environ: Mapping[str, str]) -> Layer:
    """Return the settings in the variables. Values are JSON or text. Placeholders are not expanded."""
    sections: dict[str, Any] = {}
    for variable in sorted(name for name in environ if name.startswith(_PREFIX) and environ[name]):
        *path, last = variable.removeprefix(_PREFIX).split("_")
        here = sections
        for name in path:
            if not isinstance(here.get(name), dict):
                here[name] = {}
            here = here[name]
        here[last] = _json_or_text(environ[variable])
    return translated(_Variables(sections), f"the variables {_PREFIX}...")


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@dataclass(frozen=True, slots=True)
class _Variables:
    sections: dict[str, Any] = field(repr=False)

    def value(self, path: KeyPath) -> Any:
        return reduce(inside, path, self.sections)

    def glance(self, path: KeyPath) -> Any:
        return self.value(path)
