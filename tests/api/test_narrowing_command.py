"""`keydesk keys narrow` prints a plan first. With `--apply`, it changes every key, so it runs on a sandbox only."""

from pathlib import Path

import pytest
from anyio import to_thread

from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import VirtualKey, maker_on
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


async def run(config: Path, *more: str) -> str:
    """Return the command's output. It runs in its own process, because it configures logging for the whole process."""
    ended = await to_thread.run_sync(run_command, "keys", "narrow", str(config), *more)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def test_the_plan_changes_nothing_and_apply_follows_the_plan(
    own_sandbox: Upstream, config: Path
) -> None:
    async with gateway_of(own_sandbox) as gateway, maker_on(gateway) as make:
        alice = await make.person()
        key = await make.key(alice, key_type="default")
        planned = await run(config)
        assert f"{alice.user_id}  {key.alias}" in planned
        assert "Nothing was changed" in planned
        assert (await key_of(gateway, key))["allowed_routes"] == []

        done = await run(config, "--apply")
        assert f"{alice.user_id}  {key.alias}" in done
        assert "restricted to llm_api_routes" in done
        assert (await key_of(gateway, key))["allowed_routes"] == ["llm_api_routes"]
        assert str(key.alias) not in await run(config)
    assert [secret for secret in secrets_of(key) if secret in planned + done] == []


def secrets_of(key: VirtualKey) -> list[str]:
    return [key.secret, key.token, SECRET]
