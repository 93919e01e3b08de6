"""The whole application for the length of one command, without a server in front of it."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from rich.console import Console

from keydesk.app import create_app
from keydesk.cli.config import ConfigFiles
from keydesk.observability.logging import configure_logging
from keydesk.settings.loading import SettingsError, load_settings


@asynccontextmanager
async def running_app(files: ConfigFiles) -> AsyncIterator[FastAPI]:
    """Ends the process with 2 and the reason when the configuration cannot be used."""
    configure_logging(as_json=False, level=logging.WARNING)
    try:
        app = create_app(load_settings(files))
    except SettingsError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        sys.exit(2)
    async with app.router.lifespan_context(app):
        yield app
