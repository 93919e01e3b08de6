"""`keydesk keys plan` lists the owners whose keys have more than their allowance, and changes nothing."""

import json
from pathlib import Path

import pytest
from anyio import to_thread

from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import run_command
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on

pytestmark = pytest.mark.anyio


async def planned(sandbox: Upstream, folder: Path, **allowances: object) -> str:
    """Return the output of the command, which runs in its own process."""
    gateway = {"baseUrl": sandbox.url, "masterKey": sandbox.master_key}
    sections = {
        "litellm": gateway | {"keyAllowances": allowances},
        "secret": SECRET,
        "database": {"url": f"sqlite:///{folder / 'keydesk.db'}"},
        "demo": {"enabled": True},
    }
    path = folder / "keydesk.yaml"
    path.write_text(json.dumps(sections))
    ended = await to_thread.run_sync(run_command, "keys", "plan", str(path))
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def test_owners_with_too_much_are_listed(sandbox: Upstream, tmp_path: Path) -> None:
    async with gateway_of(sandbox) as gateway, maker_on(gateway) as make:
        alice, bob = await make.person(), await make.person(max_budget=5.0)
        team = await make.team()
        for _ in range(2):
            await make.key(alice, max_budget=15.0, budget_duration="30d", rpm_limit=40)
        await make.key(bob, max_budget=None, rpm_limit=10)
        await make.key(team=team, max_budget=None)
        found = await planned(
            sandbox, tmp_path, usdPerMonth=20, rpmLimit=60, serviceKeys={"usdPerMonth": 100}
        )
        lines = {line.split("  ")[0]: line for line in found.splitlines() if "  " in line}
        assert lines[alice.user_id].endswith(
            "budgets of $30.00, allowed: $20.00 a month; 80 requests per minute, allowed: 60"
        )
        assert "unlimited budgets, allowed: $100.00 a month" in lines[f"team {team.team_id}"]
        assert bob.user_id not in lines
        assert "owners have more than their allowance" in found
        assert "allowance" not in await planned(sandbox, tmp_path)
