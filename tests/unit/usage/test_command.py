"""`keydesk usage rebuild` and `forget`, as an operator runs them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.peers.commands import run_command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "keydesk.yaml"
    sections = {
        "litellm": {"baseUrl": "http://127.0.0.1:9", "masterKey": "sk-1234"},
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "demo": {"enabled": True},
    }
    path.write_text(json.dumps(sections))
    return path


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_command("usage", *map(str, arguments))


def test_forget_requires_a_name(config: Path) -> None:
    refused = run("forget", "--config", config, "--user", "jane", "--team", "red")
    assert (refused.returncode, refused.stderr.strip()) == (2, "Use either --user or --team.")


def test_forgetting_without_stored_usage_removes_nothing(config: Path) -> None:
    done = run("forget", "--config", config, "--user", "jane")
    assert (done.returncode, done.stdout.strip()) == (0, "0 days removed"), done.stderr
