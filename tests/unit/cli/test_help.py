"""Every command describes itself, with an example that can be copied."""

import re

import pytest
from cyclopts import App

from keydesk.cli.main import app

COMMANDS = [
    "login", "logout", "whoami", "token", "ci", "setup", "unsetup", "try", "mcp", "models", "budget", "requests list",
    "requests create", "requests withdraw", "teams", "completion", "serve", "demo", "sandbox", "doctor", "config check",
    "config schema", "config reference", "accounts plan", "accounts apply", "keys list", "keys create",
    "keys rotate", "keys revoke", "keys block", "keys unblock", "keys extend", "keys narrow", "keys adopt",
    "keys plan", "keys apply", "keys revoke-leaked", "leaks scan", "notices test", "notices list", "audit verify",
    "audit export", "chargeback read", "chargeback list", "chargeback close", "chargeback export", "usage rebuild",
    "usage forget",
]  # fmt: skip


def subcommands(parent: App) -> list[str]:
    return [name for name in parent if not name.startswith("-")]


def test_every_command_is_listed() -> None:
    found = []
    for name in subcommands(app):
        inner = subcommands(app[name])
        found += [f"{name} {each}" for each in inner] or [name]
    assert sorted(found) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    app(
        [*command.split(), "--help"],
        exit_on_error=False,
        result_action="return_value",
    )
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(rf"Example: `?keydesk {command}\b", shown), shown
