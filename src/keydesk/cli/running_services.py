"""The services for the length of one command: no server, no jobs and no metrics, beside a replica or without one."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from rich.console import Console

from keydesk.cannot_start import CannotStart
from keydesk.cli.config import ConfigFiles
from keydesk.clock import utc_now
from keydesk.directory.people_file import PeopleFileError
from keydesk.foundation import Foundation
from keydesk.litellm import LiteLLMError
from keydesk.observability.logging import configure_logging
from keydesk.problems import Problem
from keydesk.settings.loading import SettingsError, load_settings
from keydesk.starting import running
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.wiring import Services, wire


@asynccontextmanager
async def running_services(files: ConfigFiles) -> AsyncIterator[Services]:
    """Ends the process with 2 when it cannot start with this configuration, with 1 when the work fails."""
    configure_logging(as_json=False, level=logging.WARNING)
    try:
        base = Foundation(load_settings(files), utc_now)
        services = wire(base)
    except (SettingsError, PeopleFileError, ValueError) as error:
        _end(2, f"The configuration cannot be used:\n{error}")
    try:
        async with running(base):
            yield services
    except CannotStart as failure:
        _end(2, f"{failure.reason}\n{failure.remedy}")
    except (LiteLLMError, Problem, *STORAGE_FAILURES) as error:
        _end(1, str(error))


def _end(status: int, why: str) -> NoReturn:
    Console(stderr=True).print(why, markup=False, highlight=False)
    sys.exit(status)
