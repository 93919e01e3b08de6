"""`keydesk config`: checks a configuration, and prints the schema and the reference."""

import asyncio
import json
import sys
from collections.abc import Sequence

from cyclopts import App
from rich.console import Console

from keydesk.cli.config_files import ConfigFiles
from keydesk.settings import Settings
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.people_file import PeopleFileError, read_people_file
from keydesk.settings.printing.effective import effective_yaml
from keydesk.settings.printing.json_schema import settings_schema
from keydesk.settings.printing.reference import settings_reference

config = App(name="config")
_ERRORS = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)


@config.command
def check(files: ConfigFiles = None) -> None:
    """Print all mistakes in the configuration, or the effective settings with masked secrets.

    Each line has the path of the setting, what was expected, what was found, and the file with its line. With rules for
    workloads, the teams are looked up in LiteLLM if it can be reached.

    Example: `keydesk config check --config keydesk.yaml`

    Parameters
    ----------
    files
        A YAML file: keydesk.yaml or a Backstage app-config. Repeat the option for several files.

    """
    try:
        configuration = load_configuration(files)
        if people_file := configuration.settings.directory.people_file:
            read_people_file(people_file)
    except (SettingsError, PeopleFileError) as error:
        print_mistakes(error)
        sys.exit(1)
    _print_warnings([*configuration.warnings, *_unknown_teams(configuration.settings)])
    sys.stdout.write(effective_yaml(configuration))


def _unknown_teams(settings: Settings) -> list[str]:
    """Return a warning for each rule for workloads with an unknown team. Only such rules need a call of LiteLLM."""
    if not settings.workloads:
        return []
    from keydesk.doctor.workloads import unknown_teams_of  # noqa: PLC0415 - takes a second

    return asyncio.run(unknown_teams_of(settings))


def print_mistakes(error: SettingsError | PeopleFileError | ValueError) -> None:
    """Print all mistakes to standard error, a line for each. Warnings follow."""
    _ERRORS.print(error)
    if isinstance(error, SettingsError):
        _print_warnings(error.warnings)


def _print_warnings(warnings: Sequence[str]) -> None:
    for warning in warnings:
        _ERRORS.print(f"Warning: {warning}")


@config.command
def schema() -> None:
    """Print the JSON Schema of keydesk.yaml.

    Example: `keydesk config schema > keydesk.schema.json`
    """
    sys.stdout.write(json.dumps(settings_schema(), indent=2) + "\n")


@config.command
def reference() -> None:
    """Print all settings with type, default and description, as Markdown.

    Example: `keydesk config reference > settings.md`
    """
    sys.stdout.write(settings_reference())
