"""A Keydesk with every feature on, with the seeded sandbox at a fixed time and with a real LiteLLM."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.kit.clock import utc_now
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.seed import seed_demo
from tests.api.matrix.callers import LEAKS
from tests.golden.playing import Play
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import Person, maker_on, unique
from tests.support.upstream.real import real_upstream
from tests.support.upstream.serving import served

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=10)
MASTER_KEY = "sk-golden"
TEAM_ADMINS, POWER = "group:default/litellm-team-admins", "group:default/ai-power-users"
GROUPS = {"jane": ["litellm-admins", "litellm-team-admins"], "bob": [], "newbie": ["ai-power-users"]}
DAYS = 30
MANAGING = ("create", "manage", "delete", "members.manage", "knowledgebase.manage", "mcp.manage")

MONTH = "2020-01"
"""A month without a statement."""
MACHINE = "0" * 32
"""The id of no machine."""


def ticking() -> Callable[[], datetime]:
    """A clock that advances a little at each call, so that later events have later times."""
    ticks = count()
    return lambda: NOON + next(ticks) * TICK


def rules() -> dict[str, Any]:
    return {
        "public_base_url": "https://gateway.example.com",
        "provisioning": {
            "defaults": {"max_budget": 25.0},
            "roles": [{"group": POWER, "max_budget": 75.0, "metadata": {"tier": "power"}}],
        },
        "audit": {"group": "litellm-admins"},
        "team_admin": {
            "group": TEAM_ADMINS,
            "allowed_models": ["gpt-4o"],
            "allow_team_delete": True,
            "object_permissions": {"enabled": True},
        },
        "key_generation": {"service_keys": True},
        "opencode": {"enabled": True},
        "bridge": {"enabled": True, "issuer": "https://issuer.example.com"},
    }


def changes(names: dict[str, str]) -> dict[str, Any]:
    """Return the configuration for these people. `names` are their names on this gateway."""
    people = [
        {
            "ref": names[name],
            "display_name": name.title(),
            "email": f"{names[name]}@example.com",
            "groups": groups,
        }
        for name, groups in GROUPS.items()
    ]
    grants = {f"litellm.team.{name}": [TEAM_ADMINS] for name in MANAGING}
    return {
        "litellm": rules(),
        "requests": {"enabled": True, "approver_groups": ["litellm-admins"]},
        "leaks": LEAKS,
        "directory": {"people": people},
        "grants": grants | {"litellm.key.reset_spend": ["litellm-admins"]},
    }


@pytest.fixture
async def sandbox_play(tmp_path: Path) -> AsyncIterator[Play]:
    """The seeded sandbox, and all clocks at noon of one day: only random ids differ."""
    clock = ticking()
    config = SandboxConfig(database=tmp_path / "sandbox.db", master_key=SecretStr(MASTER_KEY), clock=clock)
    app = create_sandbox(config)
    names = {name: name for name in GROUPS}
    words = names | {"platform": "platform", "run": "", "today": "2026-01-15", "yesterday": "2026-01-14"}
    words |= {"month": MONTH, "machine_id": MACHINE}
    with served(app) as url:
        await seed_demo(app, days=DAYS)
        around = Surroundings(Upstream("sandbox", url, MASTER_KEY), f"sqlite:///{tmp_path / 'keydesk.db'}")
        async with open_desk(around.settings(**changes(names)), clock=clock) as desk:
            await desk.app.state.services.all_keys.indexing.apply()
            yield Play(desk, words)


@pytest.fixture
async def real_play(tmp_path: Path) -> AsyncIterator[Play]:
    upstream = real_upstream()
    run = unique("")
    names = {name: f"{name}{run}" for name in GROUPS}
    today = utc_now().date().isoformat()
    async with gateway_of(upstream) as gateway, maker_on(gateway) as make:
        jane = await make.person(user_id=names["jane"])
        bob = await make.person(user_id=names["bob"], max_budget=25.0, budget_duration="30d")
        make.user_ids.append(names["newbie"])
        team = await _platform(make, [jane, bob])
        words = names | {"platform": team, "run": run, "today": today, "yesterday": today}
        words |= {"month": MONTH, "machine_id": MACHINE}
        around = Surroundings(upstream, f"sqlite:///{tmp_path / 'keydesk.db'}")
        async with open_desk(around.settings(**changes(names))) as desk:
            await desk.app.state.services.all_keys.indexing.apply()
            yield Play(desk, words)


async def _platform(make: Any, members: list[Person]) -> str:
    """Return the team of jane and bob, as in the seeded sandbox."""
    team = await make.team(
        *members,
        models=["gpt-4o-mini", "gpt-4o", "claude-sonnet"],
        max_budget=200.0,
        budget_duration="30d",
        metadata={"owning_group": TEAM_ADMINS},
    )
    return str(team.team_id)
