"""`keydesk keys revoke-leaked` and `keydesk leaks scan`: no output contains a key."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from anyio import to_thread

from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import VirtualKey, maker_on, token_of
from tests.support.upstream.reading import key_of
from tests.unit.leaks.test_reports import GITLEAKS, trufflehog

pytestmark = [pytest.mark.anyio, pytest.mark.long]
UNKNOWN = "sk-" + "u" * 22


@pytest.fixture
async def gateway(own_sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(own_sandbox) as gateway:
        yield gateway


async def scan(config: Path, report: str, *more: str) -> "subprocess.CompletedProcess[str]":
    path = config.with_name("report.json")
    path.write_text(report)
    return await to_thread.run_sync(run_command, "leaks", "scan", str(path), "--config", str(config), *more)


async def assert_blocked(gateway: Gateway, key: VirtualKey, expected: bool = True) -> None:
    assert (await key_of(gateway, key))["blocked"] in ({True} if expected else {False, None})


async def test_a_scan_lists_our_keys_and_blocks_them_on_request(gateway: Gateway, config: Path) -> None:
    async with maker_on(gateway) as make:
        alice = await make.person()
        key, other = await make.key(alice), await make.key(alice)
        found = [GITLEAKS | {"Secret": secret} for secret in (key.secret, UNKNOWN, "REDACTED", key.secret)]
        planned = await scan(config, json.dumps(found))
        assert planned.returncode == 1
        assert "conf.py:1 in commit 78eb5068ce93  " in planned.stdout
        assert f"{key.alias}  {alice.user_id}  works" in planned.stdout
        assert "4 findings, 1 keys of this gateway, 1 of them work" in planned.stdout
        assert "1 findings have no readable key" in planned.stdout
        assert "Nothing was changed" in planned.stdout
        await assert_blocked(gateway, key, expected=False)

        done = await scan(config, json.dumps(found), "--revoke")
        assert done.returncode == 0, done.stderr
        assert f"{key.alias}  {alice.user_id}  blocked" in done.stdout
        await assert_blocked(gateway, key)
        await assert_blocked(gateway, other, expected=False)

        again = await scan(config, trufflehog(key.secret))
        assert again.returncode == 0
        assert "was blocked already" in again.stdout
    for output in (planned, done, again):
        for secret in (key.secret, key.token, UNKNOWN, SECRET):
            assert secret not in output.stdout + output.stderr


async def test_a_scan_of_another_file_says_what_it_expects(config: Path) -> None:
    refused = await scan(config, UNKNOWN)
    assert refused.returncode == 2
    assert "expected a JSON report of gitleaks or trufflehog" in refused.stderr
    assert UNKNOWN not in refused.stderr
    missing = await to_thread.run_sync(run_command, "leaks", "scan", "nothing.json", "--config", str(config))
    assert (missing.returncode, missing.stderr) == (2, "nothing.json: No such file or directory\n")


async def test_keys_on_standard_input_are_blocked(
    gateway: Gateway, own_sandbox: Upstream, config: Path
) -> None:
    async with maker_on(gateway) as make:
        alice = await make.person()
        key = await make.key(alice)
        lines = [
            key.secret,
            "",
            UNKNOWN,
            f"KEY={key.secret}",
            "junk",
            token_of(key.secret),
            own_sandbox.master_key,
        ]
        command = [sys.executable, "-m", "keydesk", "keys", "revoke-leaked", "--config", str(config)]

        def run() -> "subprocess.CompletedProcess[str]":
            return subprocess.run(  # noqa: S603 - our own program
                command, input="\n".join(lines), capture_output=True, text=True, timeout=120, check=False
            )

        ended = await to_thread.run_sync(run)
        await assert_blocked(gateway, key)
    assert ended.returncode == 1, "the master key cannot be blocked"
    results = [line.split("  ")[-1] for line in ended.stdout.splitlines()]
    assert results == [
        "blocked",
        "line 3: is not a key of this gateway",
        "was blocked already",
        "line 5: is not a key: keys start with sk-",
        "line 6: is not a key: keys start with sk-",
        "line 7: is LiteLLM's master key: replace it now",
    ]
    for secret in (*filter(None, lines), key.token):
        if secret != "junk":
            assert secret not in ended.stdout + ended.stderr
