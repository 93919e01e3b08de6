"""If `keydesk serve` cannot start, it logs the reason and a remedy in one line, without a traceback."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.resilience.processes.conftest import free_ports
from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import run_command

GATEWAY = {"baseUrl": "http://127.0.0.1:1", "masterKey": "sk-nobody-listens"}


def refusal(folder: Path, port: int | None = None, /, **sections: Any) -> dict[str, Any]:
    """Try to start with this configuration. Return the log line with the reason."""
    config = folder / "keydesk.yaml"
    config.write_text(
        json.dumps({"litellm": GATEWAY, "secret": SECRET, "demo": {"enabled": True}} | sections)
    )
    environment = {"KEYDESK_SERVER__PORT": str(port or free_ports(1)[0])}
    ended = run_command("serve", "--config", str(config), environment=environment)
    assert ended.returncode not in {0, None}
    assert "Traceback" not in ended.stderr
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    (entry,) = [line for line in lines if line["event"] == "cannot_start"]
    assert entry["level"] == "error"
    assert entry["remedy"]
    record: dict[str, Any] = entry
    return record


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgresql://keydesk-db.invalid/keydesk", "keydesk-db.invalid"),
        ("postgresql://keydesk:hunter2@127.0.0.1:1/keydesk", "127.0.0.1"),
        ("sqlite:////no/such/folder/keydesk.db", "unable to open database file"),
    ],
    ids=["unknown host name", "connection refused", "no such folder"],
)
def test_a_database_that_cannot_be_used(tmp_path: Path, url: str, named: str) -> None:
    entry = refusal(tmp_path, database={"url": url})
    assert named in entry["reason"]
    assert "database.url" in entry["remedy"]
    assert "hunter2" not in json.dumps(entry)


def test_a_file_that_is_not_a_database(tmp_path: Path) -> None:
    file = tmp_path / "keydesk.db"
    file.write_bytes(b"This is a letter to my aunt. " * 1000)
    assert "not a database" in refusal(tmp_path, database={"url": f"sqlite:///{file}"})["reason"]


def test_a_folder_that_the_database_cannot_be_in(tmp_path: Path) -> None:
    entry = refusal(tmp_path, database={"url": "sqlite:////proc/keydesk.db"})
    assert "unable to open database file" in entry["reason"]
    entry = refusal(tmp_path, database={"url": f"sqlite:///{tmp_path / 'gone' / 'keydesk.db'}"})
    assert f"the folder {tmp_path / 'gone'} does not exist" in entry["reason"]
    assert f"mkdir -p {tmp_path / 'gone'}" in entry["remedy"]


def test_a_port_that_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        database = {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}
        entry = refusal(tmp_path, port, database=database)
    assert f"127.0.0.1:{port}: Address already in use" in entry["reason"]
    assert f"sport = :{port}" in entry["remedy"]
    assert not (tmp_path / "keydesk.db").exists()


def test_a_metrics_port_that_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        database = {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}
        entry = refusal(tmp_path, database=database, metrics={"enabled": True, "port": port})
    assert f"127.0.0.1:{port}" in entry["reason"]
    assert "metrics.port" in entry["remedy"]
