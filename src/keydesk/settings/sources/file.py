"""Reads a configuration file: keydesk.yaml or a Backstage app-config."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.settings.key_paths import KeyPath, path_text
from keydesk.settings.sources.backstage_file import is_backstage_file, read_backstage_file
from keydesk.settings.sources.layers import Layer
from keydesk.settings.sources.substitution import Spot, Substitution
from keydesk.settings.sources.yaml_text import Lines, YamlError, read_yaml


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The content of a file.

    `absent` maps the paths of absent values to the reasons, and `optional` contains those that may be absent.
    `broken` contains the paths of placeholders that could not be expanded, and `faults` the error messages.
    """

    layer: Layer
    lines: Lines
    is_backstage: bool = False
    absent: Mapping[KeyPath, str] = field(default_factory=dict)
    optional: frozenset[KeyPath] = frozenset()
    broken: frozenset[KeyPath] = frozenset()
    faults: tuple[str, ...] = ()

    def why_absent(self, path: KeyPath) -> str | None:
        """Return why the value at `path` is absent, or None if the file has no placeholder there."""
        return self.absent.get(self.layer.own_path(path))


def read_settings_file(path: Path, environ: Mapping[str, str]) -> SettingsFile:
    """Return the content of the file. A file that cannot be read has no content and an error at the empty path."""
    source = str(path)
    try:
        content = read_yaml(path)
    except OSError as error:
        return _unusable(source, f"cannot be read ({error.strerror})")
    except YamlError as error:
        return _unusable(source, str(error))
    fill_in = Substitution(environ)
    content, spot = fill_in.outermost({} if content is None else content, Spot((), path.absolute()))
    if not isinstance(content, dict):
        return _unusable(source, fill_in.faults.get((), "expected a mapping of sections at the top level"))
    return _understood(content, spot, fill_in, source)


def _understood(content: dict[str, Any], spot: Spot, fill_in: Substitution, source: str) -> SettingsFile:
    is_backstage = is_backstage_file(Path(source), content)
    if is_backstage:
        layer = read_backstage_file(content, spot, fill_in, source)
    else:
        layer = Layer(source, fill_in.whole(content, spot))
    lines = Lines(Path(source))
    faults = tuple(f"{path_text(at)}: {text} ({lines.where(at)})" for at, text in fill_in.faults.items())
    optional = frozenset(fill_in.absent if is_backstage else fill_in.optional)
    return SettingsFile(
        layer, lines, is_backstage, fill_in.absent, optional, frozenset(fill_in.faults), faults
    )


def _unusable(source: str, why: str) -> SettingsFile:
    return SettingsFile(
        Layer(source, {}), Lines(Path(source)), broken=frozenset({()}), faults=(f"{source}: {why}",)
    )
