"""Reads the parts of a Backstage app-config that Keydesk uses. Placeholders in other parts are not expanded.

Keydesk's own sections are not read from an app-config, where sections with these names can have another meaning.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.settings.key_paths import KeyPath, did_you_mean
from keydesk.settings.names import fields_of
from keydesk.settings.root import Settings
from keydesk.settings.sources.backstage_translation import translated
from keydesk.settings.sources.layers import Layer, Mark
from keydesk.settings.sources.substitution import Spot, Substitution

_BACKSTAGE_ONLY = {"app", "backend"}
_SHARED = {"litellm"}
_NOT_A_MISTAKE = {"permission"}


def is_backstage_file(file: Path, sections: dict[str, Any]) -> bool:
    """Return whether the file is an app-config.

    It is if it has a section that only Backstage uses, if it has the usual name, or if it has sections that are
    neither Keydesk's nor similar to one of them.
    """
    ours = fields_of(Settings).keys()
    if sections.keys() & _BACKSTAGE_ONLY or file.name.startswith("app-config"):
        return True
    if sections.keys() & (ours - _SHARED):
        return False
    foreign = sections.keys() - ours
    return bool(foreign) and not any(did_you_mean(name, ours) for name in foreign - _NOT_A_MISTAKE)


def read_backstage_file(sections: dict[str, Any], spot: Spot, fill_in: Substitution, source: str) -> Layer:
    """Return the settings in the app-config, with the names of keydesk.yaml."""
    return translated(_File(sections, spot, fill_in), source)


@dataclass(frozen=True, slots=True)
class _File:
    sections: dict[str, Any] = field(repr=False)
    spot: Spot
    fill_in: Substitution

    def value(self, path: KeyPath) -> Any:
        value, spot = self._reached(path, self.fill_in)
        return self.fill_in.whole(value, spot)

    def glance(self, path: KeyPath) -> Any:
        unnoticed = Substitution(self.fill_in.environ)
        value, spot = self._reached(path, unnoticed)
        return unnoticed.outermost(value, spot)[0]

    def _reached(self, path: KeyPath, fill_in: Substitution) -> tuple[Any, Spot]:
        """Return the value at `path` before its placeholders are expanded. Other values are not read."""
        value: Any = self.sections
        spot = self.spot
        for part in path:
            value, spot = fill_in.outermost(value, spot)
            value, spot = inside(value, part), spot.at(part)
        return value, spot


def inside(value: Any, part: str | int) -> Any:
    """Return an item of a mapping or a list, or `Mark.NOTHING`."""
    if isinstance(value, dict):
        return value.get(part, Mark.NOTHING)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return Mark.NOTHING
