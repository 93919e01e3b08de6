"""The `keydesk` command. A subcommand's module is imported when the subcommand runs, and may need an extra."""

import gc
import sys

from cyclopts import App

_SERVER = {
    "serve": "Run the service.\n\nExample: `keydesk serve --config keydesk.yaml`",
    "config": "Check the configuration, and print every setting.",
    "doctor": "Check the configuration, the database and the services that Keydesk uses.\n\n"
    "Example: `keydesk doctor --config keydesk.yaml`",
    "accounts": "Compare accounts with the directory and the configuration.",
    "keys": "Find keys that can manage the gateway, and restrict them.",
    "audit": "Verify and export the audit log.",
    "usage": "Rebuild or delete stored usage.",
}
_DEMO = {
    "demo": "Try Keydesk with sample people and a sandbox gateway.\n\nExample: `keydesk demo --port 8080`",
    "sandbox": "Run a LiteLLM-compatible gateway that calls no model.\n\nExample: `keydesk sandbox --port 4000`",
}
"""Subcommands that need the extra `server` or `demo`, and what `keydesk --help` says about each."""

app = App(
    name="keydesk",
    help="Self-service accounts, virtual keys and usage for a LiteLLM gateway.",
    version_flags=["--version"],
)
for _name, _help in (_SERVER | _DEMO).items():
    app.command(f"keydesk.cli.{_name}:{_name}", name=_name, help=_help)


def main() -> None:
    _import_command()
    app()


def _import_command() -> None:
    """Import the subcommand's module, or exit with status 2 if its extra is not installed."""
    # Imported modules stay in memory, so garbage collection during imports is useless. It takes a sixth of the start.
    gc.disable()
    try:
        app.parse_commands(sys.argv[1:])
    except ImportError as error:
        missing = error.__cause__  # cyclopts wraps the error of the subcommand's module
        if not isinstance(missing, ModuleNotFoundError) or str(missing.name).startswith("keydesk."):
            raise
        command = next(word for word in sys.argv[1:] if not word.startswith("-"))
        extra = "demo" if command in _DEMO else "server"
        sys.stderr.write(
            f"`keydesk {command}` requires the extra {extra}. Run: pip install 'keydesk[{extra}]'\n"
        )
        sys.exit(2)
    finally:
        gc.freeze()
        gc.enable()
