"""The `keydesk` command. A subcommand's module is imported when the subcommand runs, and may need an extra."""

import gc
import sys

from cyclopts import App

from keydesk.cli.extras import importing

_PERSON = {
    "login": "Sign in on this machine.\n\nExample: `keydesk login https://keys.example.com`",
    "logout": "Sign out on this machine, and revoke its tokens.\n\nExample: `keydesk logout`",
    "whoami": "Show who is signed in, and where.\n\nExample: `keydesk whoami --json`",
    "token": "Print a key for the tools of this machine.\n\nExample: `keydesk token --for claude`",
    "ci": "Get a short-lived key for a job, without a stored secret.\n\n"
    "Example: `keydesk ci --server https://keys.example.com -- python review.py`",
    "setup": "Set up a coding tool for the gateway.\n\nExample: `keydesk setup claude-code`",
    "unsetup": "Undo the set-up of a tool.\n\nExample: `keydesk unsetup claude-code`",
    "try": "Ask a model with the key of this machine, and see what it cost.\n\nExample: `keydesk try gpt-4o-mini`",
    "doctor": "Check this machine: sign-in, gateway, keys and tools. Operators: check the server, with --config.\n\n"
    "Example: `keydesk doctor`",
    "keys": "List, create, rotate, block, extend and revoke your keys. Operators: find and repair keys of the gateway.",
    "usage": "Show your usage. Operators: rebuild or delete stored usage.",
    "models": "List the models of the gateway with their prices.\n\nExample: `keydesk models`",
    "budget": "Show what is left of your budgets.\n\nExample: `keydesk budget`",
    "requests": "List, make and withdraw your requests for more.",
    "teams": "List your teams with their budgets.\n\nExample: `keydesk teams`",
    "mcp": "Let an agent read your budget, usage, models and keys (MCP).\n\n"
    "Example: `keydesk mcp`, as in `claude mcp add keydesk -- keydesk mcp`",
    "completion": "Print a script with which your shell completes commands.\n\nExample: `keydesk completion zsh`",
}
"""Commands for everybody. Only `mcp` needs an extra. Operators' commands that share a noun with them need one, too."""
_PLACES = {
    **{name: f"sign_in:{name}" for name in ("login", "logout", "whoami")},
    **{name: f"own_usage:{name}" for name in ("models", "teams")},
    "requests": "own_requests:requests",
    "try": "try_model:try_model",
    "unsetup": "setup:unsetup",
}
"""The modules and functions of commands that have another name than their command."""
_SERVER = {
    "serve": "Run the service.\n\nExample: `keydesk serve --config keydesk.yaml`",
    "config": "Check the configuration, and print every setting.",
    "accounts": "Compare accounts with the directory and the configuration.",
    "leaks": "Find keys of this gateway in the reports of secret scanners.",
    "notices": "Test the channels of notices, and list what was sent.",
    "audit": "Verify and export the audit log.",
    "chargeback": "Read, list, close and export monthly statements.",
}
_DEMO = {
    "demo": "Try Keydesk with sample people and a sandbox gateway.\n\nExample: `keydesk demo --port 8080`",
    "sandbox": "Run a LiteLLM-compatible gateway that calls no model.\n\nExample: `keydesk sandbox --port 4000`",
}
"""Subcommands that need the extra `server` or `demo`, and what `keydesk --help` says about each."""
_EXTRAS = {"mcp": ("mcp",), "demo": tuple(_DEMO)}

app = App(
    name="keydesk",
    help="Self-service accounts, virtual keys and usage for a LiteLLM gateway.",
    version_flags=["--version"],
)
_GROUPS = {"On your machine": _PERSON, "On the server of Keydesk": _SERVER, "To try Keydesk": _DEMO}
for _group, _commands in _GROUPS.items():
    for _name, _help in _commands.items():
        _place = _PLACES.get(_name, f"{_name}:{_name}")
        app.command(f"keydesk.cli.{_place}", name=_name, help=_help, group=_group)


def main() -> None:
    _import_command()
    app()


def _import_command() -> None:
    """Import the subcommand's module, or exit with status 2 if its extra is not installed."""
    # Imported modules stay in memory, so garbage collection during imports is useless. It takes a sixth of the start.
    gc.disable()
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    command = " ".join(words[: 2 if words[:1] and words[0] in _PERSON else 1])
    try:
        extra = next((each for each in ("mcp", "demo") if command in _EXTRAS[each]), "server")
        with importing(f"keydesk {command}", extra):
            app.parse_commands(sys.argv[1:])
    finally:
        gc.freeze()
        gc.enable()
