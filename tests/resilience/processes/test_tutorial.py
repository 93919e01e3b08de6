"""The commands of docs/tutorial/first-key.md, read from the page and run on a demo."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resilience.processes.conftest import free_ports

PAGE = (Path(__file__).parents[3] / "docs" / "tutorial" / "first-key.md").read_text()


@pytest.fixture
def addresses() -> Iterator[tuple[str, str]]:
    """The addresses of Keydesk and the sandbox gateway."""
    ports = free_ports(2)
    options = ["--port", str(ports[0]), "--gateway-port", str(ports[1])]
    command = [sys.executable, "-m", "keydesk", "demo", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603 - our own command
        assert demo.stdout is not None
        assert any("choose a person" in line for line in demo.stdout), "the demo did not start"
        yield (f"127.0.0.1:{ports[0]}", f"127.0.0.1:{ports[1]}")
        demo.terminate()


def test_the_commands_create_a_key_that_calls_a_model(addresses: tuple[str, str]) -> None:
    commands = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert commands[0] == "make demo\n"
    script = "set -eu\n" + "\n".join(commands[1:])
    for printed, address in zip(("127.0.0.1:8000", "127.0.0.1:4000"), addresses, strict=True):
        assert printed in script
        script = script.replace(printed, address)
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - the page's own commands
    for expected in (
        '"max_budget":50.0',
        '"content":"hi from mini"',
        '"key_alias":"script"',
        '"total_spend"',
    ):
        assert expected in done.stdout
