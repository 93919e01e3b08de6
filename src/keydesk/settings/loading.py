"""Loads the configuration from files and environment variables, and explains every error with its path."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from keydesk.settings.explaining import Sources
from keydesk.settings.ineffective import ineffective_settings
from keydesk.settings.named_files import people_file_faults, unreadable_files
from keydesk.settings.names import in_file_names
from keydesk.settings.partial import readable
from keydesk.settings.root import Settings
from keydesk.settings.sources.backstage_translation import PLUGIN_DEFAULTS
from keydesk.settings.sources.backstage_variables import read_backstage_variables
from keydesk.settings.sources.environment import from_environment
from keydesk.settings.sources.file import SettingsFile, read_settings_file
from keydesk.settings.sources.layers import Layer, merged


class SettingsError(Exception):
    """The configuration is invalid. `faults` has a line for each mistake: path, what was expected and found, source."""

    def __init__(self, faults: list[str], warnings: Sequence[str] = ()) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.warnings = warnings


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
    return _validated(Sources(read, layers), [fault for file in read for fault in file.faults] + faults)


def _validated(sources: Sources, faults: list[str]) -> Configuration:
    """Return the configuration. Raises SettingsError with `faults` and all other mistakes."""
    content = merged(sources.layers)
    try:
        settings = Settings.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        faults += sources.explained(error, content)
        settings = readable(Settings, content, sources.is_unknown)
    faults += sources.unset({fault.partition(":")[0] for fault in faults})
    faults += unreadable_files(settings)
    warnings = [*sources.left_out(), *ineffective_settings(settings)]
    if faults:
        raise SettingsError([*dict.fromkeys(faults), *people_file_faults(settings)], warnings)
    return Configuration(settings, sources.layers, warnings)


def _with_backstage(
    layers: list[Layer], read: Sequence[SettingsFile], environ: Mapping[str, str]
) -> list[Layer]:
    if not any(file.is_backstage for file in read):
        return layers
    return [PLUGIN_DEFAULTS, *layers, read_backstage_variables(environ)]
