"""`keydesk audit verify` and `export`, as an operator runs them."""

import json
import subprocess
from pathlib import Path

import pytest

from keydesk.settings.loading import load_settings
from keydesk.settings.root import Settings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from tests.support.peers.commands import run_command
from tests.unit.audit.logs import Log, log_over

pytestmark = pytest.mark.anyio


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


async def filled(settings: Settings) -> Log:
    database = Database(settings.database)
    await migrate(database)
    log = log_over(database, key=settings.derived_key("audit-chain"))
    await log.made("laptop")
    await log.made("desktop")
    return log


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_command("audit", *map(str, arguments))


async def test_verify_and_export_a_log_and_detect_an_edit(config: Path) -> None:
    log = await filled(load_settings(config))
    good = run("verify", "--config", config)
    assert good.returncode == 0, good.stderr
    count, head = good.stdout.splitlines()
    assert count == "4 entries, hash chain unbroken"
    assert run("verify", "--config", config, "--head", head.split()[1]).returncode == 0

    lines = [json.loads(line) for line in run("export", "--config", config).stdout.splitlines()]
    assert [(line["seq"], line["kind"]) for line in lines] == [
        (1, "intent"),
        (2, "outcome"),
        (3, "intent"),
        (4, "outcome"),
    ]
    assert head == f"head 4:{lines[-1]['hash']}"
    assert run("export", "--config", config, "--since", "2999-01-01").stdout == ""

    await log.sql("update audit_log set actor = 'user:default/mallory' where seq = 3")
    await log.database.close()
    bad = run("verify", "--config", config)
    assert (bad.returncode, bad.stdout) == (
        1,
        "Entry 3: edited: its content differs from what was recorded\n",
    )


async def test_a_head_removed_by_retention_has_its_own_exit_code(config: Path) -> None:
    log = await filled(load_settings(config))
    entries = [entry async for entry in log.store.entries()]
    first, *_, last = entries
    await log.store.prune(entries[2].at)
    await log.database.close()
    found = run("verify", "--config", config, "--head", f"{first.seq}:{first.hash}")
    assert (found.returncode, found.stdout.splitlines()[0]) == (3, "2 entries, hash chain unbroken")
    assert "retention deleted this entry and all others before entry 3," in found.stderr
    assert run("verify", "--config", config, "--head", f"{last.seq}:{last.hash}").returncode == 0
    assert run("verify", "--config", config, "--head", f"2:{'0' * 64}").returncode == 1


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31"])
def test_an_export_since_the_edge_of_the_calendar_is_refused(config: Path, since: str) -> None:
    found = run("export", "--config", config, "--since", since)
    assert found.returncode != 0
    assert "--since" in found.stderr.lower()
    assert "Traceback" not in found.stderr


def test_a_database_without_a_log_is_reported_as_unreadable(config: Path) -> None:
    found = run("verify", "--config", config)
    assert found.returncode == 2
    assert "cannot be read" in found.stderr
