"""Provides the services to a command, without HTTP server, jobs and metrics. Safe to use beside a running server."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from rich.console import Console

from keydesk.api.services import Services
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.progress import hide_line
from keydesk.container.resources import Resources
from keydesk.container.services import build_services
from keydesk.container.startup import running
from keydesk.kit.clock import utc_now
from keydesk.kit.problems import Problem
from keydesk.kit.startup_error import StartupError
from keydesk.litellm import LiteLLMError
from keydesk.settings.loading import SettingsError, load_settings
from keydesk.settings.people_file import PeopleFileError
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.telemetry.logging import configure_logging


@asynccontextmanager
async def running_services(files: ConfigFiles) -> AsyncIterator[Services]:
    """Yield the services. Exit with status 2 if the services cannot start, and with status 1 if the command fails."""
    configure_logging(as_json=False, level=logging.WARNING)
    try:
        resources = Resources(load_settings(files), utc_now)
        services = build_services(resources)
    except (SettingsError, PeopleFileError, ValueError) as error:
        _end(2, f"The configuration is invalid:\n{error}")
    try:
        async with running(resources):
            yield services
    except StartupError as failure:
        _end(2, f"{failure.reason}\n{failure.remedy}")
    except (LiteLLMError, Problem, *STORAGE_FAILURES) as error:
        _end(1, str(error))


def _end(status: int, why: str) -> NoReturn:
    hide_line()
    Console(stderr=True, soft_wrap=True).print(why, markup=False, highlight=False)
    sys.exit(status)
