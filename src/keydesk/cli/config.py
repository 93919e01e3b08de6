"""`keydesk config`: what is wrong with a configuration, what it comes to, and what there is to configure."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from keydesk.directory.people_file import PeopleFileError, read_people_file
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.printing.effective import effective_yaml
from keydesk.settings.printing.json_schema import settings_schema
from keydesk.settings.printing.reference import settings_reference

ConfigFiles = Annotated[
    list[Path] | None, Parameter(name="--config", env_var="KEYDESK_CONFIG", negative_iterable="")
]
"""Files in the order in which they go over each other; in the variable they are separated by colons."""

config = App(name="config")


@config.command
def check(files: ConfigFiles = None) -> None:
    """Explain every problem of the configuration, or print the effective settings with secrets masked.

    Parameters
    ----------
    files
        A YAML file, Keydesk's own or a Backstage app-config. May be given several times.

    """
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        configuration = load_configuration(files)
        if people_file := configuration.settings.directory.people_file:
            read_people_file(people_file)
    except (SettingsError, PeopleFileError) as error:
        errors.print(error)
        sys.exit(1)
    for warning in configuration.warnings:
        errors.print(f"Warning: {warning}")
    sys.stdout.write(effective_yaml(configuration))


@config.command
def schema() -> None:
    """Print the JSON Schema of Keydesk's own configuration file."""
    sys.stdout.write(json.dumps(settings_schema(), indent=2) + "\n")


@config.command
def reference() -> None:
    """Print every setting with its type, default and meaning, as Markdown."""
    sys.stdout.write(settings_reference())
