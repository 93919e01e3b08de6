"""`keydesk notices test` sends on every channel and confirms it; `keydesk doctor` checks without sending."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.peers.commands import run_command
from tests.support.peers.smtp import MailServer, mail_server
from tests.support.peers.webhook import Receiver, webhook_receiver

NOWHERE = "http://127.0.0.1:1"
SECRET_PATH = "secret-path-0123456789"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as started:
        yield started


@pytest.fixture
def config(tmp_path: Path, server: MailServer, receiver: Receiver) -> Path:
    mail = {"host": "localhost", "port": server.port, "security": "none", "sender": "keydesk@example.com"}
    content: dict[str, Any] = {
        "litellm": {"baseUrl": NOWHERE, "masterKey": "sk-canary-0123456789"},
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "demo": {"enabled": True},
        "directory": {"people": [{"ref": "jane", "email": "jane@example.com"}]},
        "notices": {"mail": mail, "slack": {"url": f"{receiver.server.url}/{SECRET_PATH}"}},
    }
    path = tmp_path / "keydesk.yaml"
    path.write_text(json.dumps(content))
    return path


def test_a_test_confirms_the_channels_that_work(config: Path, server: MailServer, receiver: Receiver) -> None:
    receiver.status = 500
    first = run_command("notices", "test", "--config", str(config), "--to", "jane")
    receiver.status = 200
    second = run_command("notices", "test", "--config", str(config))

    assert first.returncode == 1
    assert "mail: sent. The channel is confirmed." in first.stdout
    assert "slack: FAILED, unavailable" in first.stdout
    assert second.returncode == 1
    assert "mail: not tested. Use --to" in second.stdout
    assert "slack: sent. The channel is confirmed." in second.stdout
    assert [mail["To"] for mail in server.mailbox.mails] == ["jane@example.com"]
    assert SECRET_PATH not in first.stdout + first.stderr + second.stdout + second.stderr


def test_the_list_is_empty_before_anything_was_sent(config: Path) -> None:
    ended = run_command("notices", "list", "--config", str(config))

    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_doctor_checks_channels_without_sending(
    config: Path, server: MailServer, receiver: Receiver
) -> None:
    findings = examined(config)
    assert findings["notices mail"]["state"] == findings["notices slack"]["state"] == "ok"
    assert findings["notices confirmed"]["state"] == "skipped"
    assert findings["notices links"]["state"] == "warning"
    assert not config.with_name("keydesk.db").exists()

    run_command("notices", "test", "--config", str(config), "--to", "jane")
    server.stop()
    receiver.server.stop()
    findings = examined(config)

    assert findings["notices mail"]["state"] == findings["notices slack"]["state"] == "failed"
    assert findings["notices confirmed"]["state"] == "ok"
    assert SECRET_PATH not in json.dumps(findings)
    assert len(server.mailbox.mails) == len(receiver.posted) == 1


def test_the_configuration_is_printed_without_the_address(config: Path) -> None:
    ended = run_command("config", "check", "--config", str(config))

    assert ended.returncode == 0
    assert SECRET_PATH not in ended.stdout


def examined(config: Path) -> dict[str, Any]:
    """Return the findings of `keydesk doctor` by check."""
    ended = run_command("doctor", "--config", str(config), "--json")
    return {each["check"]: each for each in json.loads(ended.stdout)["checks"]}
