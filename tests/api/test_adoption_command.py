"""`keydesk keys adopt` prints a plan first. With `--apply`, it changes every key, so it runs on a sandbox only."""

import json
from pathlib import Path

import pytest
from anyio import to_thread

from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on, unique
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


async def run(config: Path, *more: str) -> str:
    ended = await to_thread.run_sync(run_command, "keys", "adopt", str(config), *more)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def test_the_plan_changes_nothing_and_apply_follows_the_plan(
    own_sandbox: Upstream, tmp_path: Path
) -> None:
    """Nobody has signed in yet: the directory knows the owner."""
    user_id, config = unique("alice"), tmp_path / "keydesk.yaml"
    sections = {
        "litellm": {
            "baseUrl": own_sandbox.url,
            "masterKey": own_sandbox.master_key,
            "keyLifetimes": {"allowUnlimited": False, "default": "30d"},
        },
        "secret": SECRET,
        "database": {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"},
        "demo": {"enabled": True},
        "directory": {"people": [{"ref": user_id}]},
    }
    config.write_text(json.dumps(sections))
    async with gateway_of(own_sandbox) as gateway, maker_on(gateway) as make:
        key = await make.key(await make.person(user_id=user_id), key_type="default")
        orphan = await make.key()
        planned = await run(config)
        assert f"{user_id}  {key.alias}" in planned
        assert "Every key needs a budget." in planned
        assert "Every key must expire." in planned
        assert "Nothing was changed" in planned
        assert (await key_of(gateway, key))["allowed_routes"] == []

        done = await run(config, "--apply")
        line = next(line for line in done.splitlines() if str(key.alias) in line)
        assert "adopted, restrict to llm_api_routes" in line
        assert "skip: has no owner" in next(line for line in done.splitlines() if str(orphan.alias) in line)
        assert (await key_of(gateway, key))["allowed_routes"] == ["llm_api_routes"]
        again = await run(config)
        assert str(key.alias) not in again
        assert str(orphan.alias) in again
    assert [secret for secret in (key.secret, key.token, SECRET) if secret in planned + done] == []
