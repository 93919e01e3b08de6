"""Loads the configuration from files and environment variables, and explains every error with its path."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from keydesk.settings.faults import REQUIRED, faults_in
from keydesk.settings.key_paths import KeyPath, path_text
from keydesk.settings.names import environment_name, in_file_names
from keydesk.settings.root import Settings
from keydesk.settings.sources.backstage_translation import PLUGIN_DEFAULTS
from keydesk.settings.sources.backstage_variables import read_backstage_variables
from keydesk.settings.sources.environment import from_environment
from keydesk.settings.sources.file import SettingsFile, read_settings_file
from keydesk.settings.sources.layers import Layer, layer_of, merged
from keydesk.settings.teams import TeamAdmin


class SettingsError(Exception):
    """The configuration is invalid. `faults` has a line for each error, with the path and the expected value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, their sources, and warnings for the operator."""

    settings: Settings
    layers: Sequence[Layer] = field(repr=False)
    warnings: Sequence[str] = ()


def load_settings(files: Path | Sequence[Path] | None = None, **sections: Any) -> Settings:
    """Return the settings from `files`, `sections` and `KEYDESK_...` variables. Later sources override earlier ones.

    Raises SettingsError if a file cannot be read or a value is invalid.
    """
    return load_configuration(files, sections).settings


def load_configuration(
    files: Path | Sequence[Path] | None = None,
    sections: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """Return the settings like `load_settings`, with their sources and warnings."""
    environ = os.environ if environ is None else environ
    paths = [files] if isinstance(files, Path) else files or []
    read = [read_settings_file(path, environ) for path in paths]
    given = Layer("the program", in_file_names(Settings, sections or {}))
    variables, faults = from_environment(environ)
    layers = [*_with_backstage([file.layer for file in read], read, environ), given, variables]
    faults = [fault for file in read for fault in file.faults] + faults
    try:
        settings = Settings.model_validate(merged(layers), by_alias=True, by_name=False)
    except ValidationError as error:
        faults += _explained(error, read, layers)
    reported = {_path_of(fault) for fault in faults}
    faults += [fault for fault in _unset(read, layers) if _path_of(fault) not in reported]
    if faults:
        raise SettingsError(faults)
    return Configuration(settings, layers, [*_left_out(read, layers), *_without_effect(settings)])


def _with_backstage(
    layers: list[Layer], read: Sequence[SettingsFile], environ: Mapping[str, str]
) -> list[Layer]:
    if not any(file.is_backstage for file in read):
        return layers
    return [PLUGIN_DEFAULTS, *layers, read_backstage_variables(environ)]


def _explained(
    error: ValidationError, read: Sequence[SettingsFile], layers: Sequence[Layer]
) -> Iterator[str]:
    broken = {path for file in read for path in file.broken}
    for path, expected in faults_in(error, Settings):
        if any(path[:end] in broken for end in range(len(path) + 1)):
            continue  # The value at this path already has an error.
        layer = layer_of(path, layers)
        because = next((f", but {why}" for file in read if (why := file.why_absent(path))), "")
        also = f"; set it here or in {_variable(path)}" if expected == REQUIRED and _variable(path) else ""
        source = f" ({layer.source_of(path)})" if layer else ""
        yield f"{path_text(layer.own_path(path) if layer else path)}: {expected}{because}{also}{source}"


def _variable(path: KeyPath) -> str | None:
    """Return the environment variable for the path, or None inside of lists."""
    names = tuple(part for part in path if isinstance(part, str))
    return environment_name(names) if names == path else None


def _left_out(read: Sequence[SettingsFile], layers: Sequence[Layer]) -> Iterator[str]:
    """Yield a warning for each setting of a Backstage file that is ignored because a variable is not set."""
    for file, path, reason in _missing(read, layers):
        if file.is_backstage:
            yield f"{path_text(path)}: ignored because {reason} ({file.layer.source})"


def _unset(read: Sequence[SettingsFile], layers: Sequence[Layer]) -> Iterator[str]:
    """Yield an error for each setting whose variable is not set. In a Backstage file, it is absent as in Backstage."""
    for file, path, reason in _missing(read, layers):
        if path not in file.optional:
            hint = "set it, or write ${NAME:-} to leave the setting out"
            yield f"{path_text(path)}: {reason}; {hint} ({file.layer.source})"


def _missing(
    read: Sequence[SettingsFile], layers: Sequence[Layer]
) -> Iterator[tuple[SettingsFile, KeyPath, str]]:
    """Yield each absent value that no other source has, with the reason. Items of lists have no path elsewhere."""
    for file in read:
        for path, reason in file.absent.items():
            if any(isinstance(part, int) for part in path) or layer_of(path, layers) is None:
                yield file, path, reason


def _path_of(fault: str) -> str:
    return fault.partition(":")[0]


def _without_effect(settings: Settings) -> Iterator[str]:
    team_admin = settings.litellm.team_admin
    if team_admin != TeamAdmin() and not team_admin.group:
        yield "litellm.teamAdmin: has no effect without litellm.teamAdmin.group"
