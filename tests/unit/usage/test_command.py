"""`keydesk usage rebuild` and `forget`, as an operator runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


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
    command = [sys.executable, "-m", "keydesk", "usage", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own command


def test_forget_requires_a_name(config: Path) -> None:
    refused = run("forget", "--config", config, "--user", "jane", "--team", "red")
    assert (refused.returncode, refused.stderr.strip()) == (2, "Use either --user or --team.")


def test_forgetting_without_stored_usage_removes_nothing(config: Path) -> None:
    done = run("forget", "--config", config, "--user", "jane")
    assert (done.returncode, done.stdout.strip()) == (0, "0 days removed"), done.stderr
