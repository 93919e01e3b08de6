"""`keydesk completion`: prints the script with which a shell completes commands and options."""

import sys
from typing import Literal

from cyclopts import App


def completion(shell: Literal["bash", "zsh", "fish"]) -> None:
    """Print a completion script for your shell. It completes the commands whose extras are installed.

    Example: `keydesk completion bash > ~/.local/share/bash-completion/completions/keydesk`

    Parameters
    ----------
    shell
        The shell.

    """
    from keydesk.cli.main import app  # noqa: PLC0415 - main registers this command

    _remove_missing(app)
    sys.stdout.write(app.generate_completion(shell=shell))


def _remove_missing(app: App) -> None:
    """Remove the commands whose modules cannot be imported without an extra."""
    for name in [each for each in app if not each.startswith("-")]:
        try:
            command = app[name]
        except ImportError:
            del app[name]
        else:
            _remove_missing(command)
