"""`keydesk doctor` with a real gateway: it checks the master key's rights, and prints no secret."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from structlog.testing import capture_logs

from keydesk.cli.server_doctor import report
from keydesk.doctor.finding import check_clock
from keydesk.doctor.gateway import finding_about
from tests.support.desk.configuring import SECRET
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import Maker, VirtualKey

Printed = pytest.CaptureFixture[str]


def configured(folder: Path, url: str, key: str, **more: Any) -> Path:
    sections = {
        "litellm": {"baseUrl": url, "masterKey": key},
        "secret": SECRET,
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "demo": {"enabled": True},
        "directory": {"people": [{"ref": "jane"}]},
    }
    path = folder / "keydesk.yaml"
    path.write_text(json.dumps(sections | more))
    return path


def examined(config: Path, printed: Printed) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Return the exit code of `keydesk doctor --json`, each check's result, and its whole output."""
    with capture_logs():
        status = report([config], as_json=True)
    said = printed.readouterr()
    answer = json.loads(said.out)
    findings = {each["check"]: each for each in answer["checks"]}
    assert answer["ok"] is (status == 0)
    return status, findings, said.out + said.err


def test_a_valid_installation_passes(upstream: Upstream, tmp_path: Path, capsys: Printed) -> None:
    config = configured(tmp_path, upstream.url, upstream.master_key)
    status, findings, said = examined(config, capsys)
    assert status == 0, said
    for check in (
        "configuration",
        "secret",
        "litellm",
        "litellm database",
        "clock",
        "master key",
        "directory",
    ):
        assert findings[check]["state"] == "ok", findings[check]
    assert "1." in findings["litellm support"]["detail"]
    assert findings["database"]["detail"].endswith("does not exist yet and will be created")
    assert not (tmp_path / "keydesk.db").exists()
    assert [secret for secret in (upstream.master_key, SECRET) if secret in said] == []


@pytest.mark.anyio
async def test_a_key_without_admin_rights_is_reported(
    upstream: Upstream, tmp_path: Path, capsys: Printed, laptop_key: VirtualKey
) -> None:
    config = configured(tmp_path, upstream.url, laptop_key.secret)
    status, findings, said = await to_thread.run_sync(examined, config, capsys)
    assert status == 1
    assert findings["litellm"]["state"] == "ok"
    assert findings["master key"]["state"] == "failed"
    assert "master_key" in findings["master key"]["remedy"]
    assert laptop_key.secret not in said


@pytest.mark.anyio
async def test_keys_that_can_manage_the_gateway_are_counted(
    upstream: Upstream, tmp_path: Path, capsys: Printed, make: Maker
) -> None:
    config = configured(tmp_path, upstream.url, upstream.master_key)
    key = await make.key(await make.person(), key_type="default")
    status, findings, said = await to_thread.run_sync(examined, config, capsys)
    assert (status, findings["keys"]["state"]) == (0, "warning")
    assert " can manage the gateway" in findings["keys"]["detail"]
    assert "keydesk keys narrow" in findings["keys"]["remedy"]
    assert key.token not in said


@pytest.mark.parametrize(
    ("seen", "wide", "total", "state", "detail"),
    [
        (0, 0, 0, "ok", "none of 0 keys can manage the gateway"),
        (3, 1, 3, "warning", "1 of 3 keys can manage the gateway and create keys without limits"),
        (10_000, 0, 20_000, "ok", "none of the oldest 10000 of 20000 keys can manage the gateway"),
    ],
)
def test_the_count_includes_the_number_of_checked_keys(
    seen: int, wide: int, total: int, state: str, detail: str
) -> None:
    finding = finding_about(seen, wide, total)
    assert (finding.state, finding.detail) == (state, detail)


def test_a_wrong_key_is_reported(upstream: Upstream, tmp_path: Path, capsys: Printed) -> None:
    wrong = "sk-wrong-canary-0123456789abcdef"
    status, findings, said = examined(configured(tmp_path, upstream.url, wrong), capsys)
    assert (status, findings["master key"]["state"]) == (1, "failed")
    assert wrong not in said


@pytest.mark.parametrize(
    ("seconds", "state"), [(1, "ok"), (-4, "ok"), (10, "warning"), (-60, "failed"), (3600, "failed")]
)
def test_different_clocks_are_reported(seconds: int, state: str) -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert check_clock("clock", "LiteLLM", now + timedelta(seconds=seconds), now).state == state
    assert check_clock("clock", "LiteLLM", None, now).state == "skipped"
