"""Reads a Backstage app-config: what concerns Keydesk is filled in, nothing else is even looked at.

Keydesk's own sections are not read from such a file: a section of that name belongs to somebody else there.
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
    """Whether this is an app-config.

    It is if it has a section that only Backstage has, or the usual name, or sections that are neither
    Keydesk's nor look like one of them misspelt.
    """
    ours = fields_of(Settings).keys()
    if sections.keys() & _BACKSTAGE_ONLY or file.name.startswith("app-config"):
        return True
    if sections.keys() & (ours - _SHARED):
        return False
    foreign = sections.keys() - ours
    return bool(foreign) and not any(did_you_mean(name, ours) for name in foreign - _NOT_A_MISTAKE)


def read_backstage_file(sections: dict[str, Any], spot: Spot, fill_in: Substitution, source: str) -> Layer:
    """What the app-config says to Keydesk, by the names of Keydesk's own files."""
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
        """What stands at `path`, not yet filled in; what stands beside the path is left alone."""
        value: Any = self.sections
        spot = self.spot
        for part in path:
            value, spot = fill_in.outermost(value, spot)
            value, spot = inside(value, part), spot.at(part)
        return value, spot


def inside(value: Any, part: str | int) -> Any:
    """The part of a mapping or a list, or `Mark.NOTHING`."""
    if isinstance(value, dict):
        return value.get(part, Mark.NOTHING)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return Mark.NOTHING
