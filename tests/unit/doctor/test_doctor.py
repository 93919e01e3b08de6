"""`keydesk doctor` names each problem with its fix, and prints no secret."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from keydesk.doctor.database import check_database
from keydesk.doctor.finding import Finding
from keydesk.kit.clock import Clock, utc_now
from keydesk.storage.database import Database
from keydesk.storage.migrate import newest_revision
from tests.contract.doctor.test_gateway import configured, examined
from tests.support.peers.commands import run_command
from tests.support.peers.server import Server, running_server
from tests.unit.storage.conftest import database, opened

__all__ = ["database"]
Printed = pytest.CaptureFixture[str]
MASTER_KEY = "sk-canary-master-0123456789abcdef"
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def backstage() -> Iterator[Server]:
    """A server that returns an HTML page for everything, as a wrong URL often does."""

    async def page(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"<h1>Not here</h1>"})

    with running_server() as server:
        server.application = page
        yield server


def test_an_unreachable_litellm_is_reported_and_the_other_checks_run(tmp_path: Path, capsys: Printed) -> None:
    status, findings, said = examined(configured(tmp_path, NOWHERE, MASTER_KEY), capsys)
    assert status == 1
    assert findings["litellm"]["state"] == "failed"
    assert "litellm.baseUrl" in findings["litellm"]["remedy"]
    assert findings["database"]["state"] == findings["directory"]["state"] == "ok"
    assert "master key" not in findings
    assert MASTER_KEY not in said


def test_a_wrong_backstage_url_is_reported(tmp_path: Path, capsys: Printed, backstage: Server) -> None:
    token = "static-canary-token-0123456789"
    config = configured(
        tmp_path,
        NOWHERE,
        MASTER_KEY,
        demo={"enabled": False},
        identity={"backstage": {"baseUrl": backstage.url}, "oidc": [{"issuer": NOWHERE, "audiences": ["x"]}]},
        directory={"backstage": {"baseUrl": backstage.url, "token": token}},
        permissions={"backstage": True},
    )
    status, findings, said = examined(config, capsys)
    assert status == 1
    for check in ("backstage catalog", "backstage keys", f"discovery of {NOWHERE}", "permission service"):
        assert findings[check]["state"] == "failed", check
        assert findings[check]["remedy"]
    assert token not in said


def test_an_invalid_configuration_is_explained(tmp_path: Path) -> None:
    config = tmp_path / "keydesk.yaml"
    config.write_text(json.dumps({"litellm": {"baseUrl": "nonsense", "masterKey": MASTER_KEY}}))
    ended = run_command("doctor", "--config", str(config))
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "FAILED  configuration: litellm.baseUrl: expected an HTTP or HTTPS URL" in said
    assert MASTER_KEY not in said


def test_unusual_settings_cause_warnings(tmp_path: Path, capsys: Printed) -> None:
    config = configured(
        tmp_path,
        "http://litellm.invalid",
        MASTER_KEY,
        secret=None,
        demo={"enabled": False},
        identity={"trustedProxy": {"networks": ["127.0.0.1/32"]}},
        server={"host": "0.0.0.0"},  # noqa: S104 - what is warned about
        metrics={"enabled": True, "host": "0.0.0.0"},  # noqa: S104 - what is warned about
    )
    _, findings, _ = examined(config, capsys)
    for check in ("secret", "host names", "metrics", "transport"):
        assert findings[check]["state"] == "warning", check


async def found(database: Database, clock: Clock = utc_now) -> dict[str, Finding]:
    return {each.check: each async for each in check_database(database, clock)}


@pytest.mark.anyio
async def test_a_database_in_use_passes_and_is_not_changed(database: Database) -> None:
    findings = await found(database)
    assert [each.state for each in findings.values()] == ["ok"] * 4
    assert newest_revision() in findings["database schema"].detail
    assert (await found(database)).keys() == findings.keys()


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (10, "warning"), (-10, "warning"), (91, "failed")])
@pytest.mark.anyio
async def test_a_clock_that_differs_from_the_databases_is_reported(
    database: Database, seconds: int, state: str
) -> None:
    findings = await found(database, lambda: utc_now() + timedelta(seconds=seconds))
    assert findings["database clock"].state == state, findings


@pytest.mark.anyio
async def test_a_schema_of_a_newer_release_causes_a_warning(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    assert (await found(database))["database schema"].state == "warning"


@pytest.mark.anyio
async def test_a_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "keydesk.db"
    file.write_text("This is not a database, whatever its name says. " * 100)
    database = opened(f"sqlite:///{file}")
    assert [each.state for each in (await found(database)).values()] == ["failed"]
    await database.close()


@pytest.mark.anyio
async def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    database = opened(f"sqlite:///{tmp_path / 'nowhere' / 'keydesk.db'}")
    (finding,) = (await found(database)).values()
    assert finding.state == "failed"
    assert f"mkdir -p {tmp_path / 'nowhere'}" in (finding.remedy or "")
