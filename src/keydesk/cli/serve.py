"""`keydesk serve`: runs the service with a configuration."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from keydesk.app import create_app
from keydesk.cli.serving import server_for
from keydesk.observability.logging import configure_logging
from keydesk.settings_file import SettingsError, load_settings


def serve(config: Annotated[Path | None, Parameter(env_var="KEYDESK_CONFIG")] = None) -> None:
    """Run the key desk.

    Parameters
    ----------
    config
        The YAML file; KEYDESK_... variables win over what it says.

    """
    configure_logging(as_json=not sys.stderr.isatty())
    try:
        settings = load_settings(config)
        application = create_app(settings)
    except (SettingsError, ValueError) as error:
        Console(stderr=True).print(
            f"The configuration cannot be used:\n{error}", markup=False, highlight=False
        )
        sys.exit(2)
    server_for(application, settings.server.host, settings.server.port).run()
