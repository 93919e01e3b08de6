"""`keydesk serve`: runs the service."""

import math
import sys

import structlog

from keydesk.app import create_app
from keydesk.cli.config import print_mistakes
from keydesk.cli.config_files import ConfigFiles
from keydesk.server.serving import server_for, why_not_free
from keydesk.settings import Logs, Server, Settings
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.people_file import PeopleFileError
from keydesk.telemetry.logging import LEVELS, configure_logging

_log = structlog.get_logger(__name__)
_LEAST_DRAIN_SECONDS = 30
_MARGIN_SECONDS = 5
"""Additional time to record the result and to send the response."""


def serve(files: ConfigFiles = None) -> None:
    """Run Keydesk.

    Parameters
    ----------
    files
        A YAML file: keydesk.yaml or a Backstage app-config. Repeat the option for several files. Later files
        override earlier ones, and KEYDESK_... variables override all files.

    """
    configure_logging(as_json=not sys.stderr.isatty())
    try:
        configuration = load_configuration(files)
        settings = configuration.settings
        configure_logging(as_json=_as_json(settings.logs), level=LEVELS[settings.logs.level])
        application = create_app(settings, layers=configuration.layers)
    except (SettingsError, PeopleFileError, ValueError) as error:
        sys.stderr.write("The configuration is invalid:\n")
        print_mistakes(error)
        sys.exit(2)
    for warning in configuration.warnings:
        _log.warning("configuration_warning", warning=warning)
    _require_free_address(settings.server)
    drain = drain_seconds(settings)
    server_for(application, settings.server.host, settings.server.port, timeout_graceful_shutdown=drain).run()


def _require_free_address(server: Server) -> None:
    """Exit with status 1 if the address is in use, before the start changes anything."""
    why = why_not_free(server.host, server.port)
    if why is not None:
        _log.error(
            "cannot_start",
            reason=f"Keydesk cannot listen on {server.host}:{server.port}: {why}",
            remedy=f"Run `ss -ltnp sport = :{server.port}` to see which process uses the port. Stop it, or set "
            "server.host and server.port to a free address of this machine.",
        )
        sys.exit(1)


def drain_seconds(settings: Settings) -> int:
    """Return how long a stopping process waits for running requests: the maximum duration of a request."""
    longest = max(settings.server.time_limit_seconds, settings.usage.wait_seconds)
    return max(_LEAST_DRAIN_SECONDS, math.ceil(longest) + _MARGIN_SECONDS)


def _as_json(logs: Logs) -> bool:
    return not sys.stderr.isatty() if logs.format == "auto" else logs.format == "json"
