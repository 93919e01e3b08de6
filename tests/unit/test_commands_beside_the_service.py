"""`keydesk accounts` and `usage` while the service runs on the same machine, or cannot run at all."""

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.peers.commands import run_command

COMMANDS = (["accounts", "plan"], ["accounts", "apply"], ["usage", "forget", "--user", "jane"])
pytestmark = pytest.mark.parametrize("command", COMMANDS)


def run(command: list[str], folder: Path, **sections: Any) -> "subprocess.CompletedProcess[str]":
    path = folder / "keydesk.yaml"
    all_sections = {
        "litellm": {"baseUrl": "http://127.0.0.1:9", "masterKey": "sk-1234"},
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "demo": {"enabled": True},
    } | sections
    path.write_text(json.dumps(all_sections))
    return run_command(*command, "--config", str(path))


def test_the_metrics_port_is_not_used(command: list[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        metrics = {"enabled": True, "host": "127.0.0.1", "port": taken.getsockname()[1]}
        done = run(command, tmp_path, metrics=metrics)
    assert done.returncode == 0, done.stderr


def test_an_invalid_people_file_is_explained(command: list[str], tmp_path: Path) -> None:
    done = run(command, tmp_path, directory={"peopleFile": str(tmp_path / "nobody.yaml")})
    assert done.returncode == 2
    assert "nobody.yaml: cannot be read" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_an_unusable_database_is_explained(command: list[str], tmp_path: Path) -> None:
    done = run(command, tmp_path, database={"url": f"sqlite:///{tmp_path / 'no-folder' / 'keydesk.db'}"})
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
