"""Two replicas check many budgets in three periods at the same time: each alert is stored exactly once.

KEYDESK_ALERT_KEYS is the number of keys. Each belongs to one of a tenth as many people, and half of them to teams. The
checks of both replicas run without the lease that usually keeps them apart.
"""

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.jobs.check_budgets import TEAMS_PER_CHECK
from keydesk.kit.notice_kind import NoticeKind
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import notices
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.clock import parsed, stored
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.upstream.address import Upstream
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.long]
KEYS = int(os.environ.get("KEYDESK_ALERT_KEYS", "1000"))
PEOPLE, TEAMS = KEYS // 10, KEYS // 100
PERIODS = 3
STEPS = (0.5, 0.81, 0.82, 0.97, 1.0)
"""The shares of each budget that are spent at the checks of a period."""
EXPECTED = ("80", "95", "100")
BEGINNING = datetime(2026, 5, 1, 12, tzinfo=UTC)
PERIOD = timedelta(days=30)
WEBHOOK = {
    "url": "https://receiver.example.com/hook",
    "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
}


_PEOPLE = (
    "INSERT INTO users (user_id, user_role, max_budget, budget_duration, budget_reset_at, created_at, updated_at) "
    "VALUES (?, 'internal_user', ?, ?, ?, ?, ?)"
)
_TEAMS = (
    "INSERT INTO teams (team_id, team_alias, members_with_roles, max_budget, budget_duration, budget_reset_at, "
    "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MEMBERS = "INSERT INTO memberships (team_id, user_id, budget_id, max_budget) VALUES (?, ?, ?, ?)"
_KEYS = (
    "INSERT INTO keys (token, key_alias, user_id, team_id, allowed_routes, max_budget, budget_duration, "
    "budget_reset_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SPEND = (
    "UPDATE users SET spend = max_budget * ?",
    "UPDATE teams SET spend = max_budget * ?",
    "UPDATE keys SET spend = max_budget * ?",
    "UPDATE memberships SET spend = max_budget * ?",
)


class Simulation:
    """The gateway's database and the time, which the test moves."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.now = BEGINNING

    def clock(self) -> datetime:
        return self.now

    def execute(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        with sqlite3.connect(self.file, timeout=60) as connection:
            connection.executemany(statement, rows)
        connection.close()

    def fill(self) -> None:
        at, end = stored(BEGINNING - timedelta(days=1)), stored(BEGINNING + PERIOD)
        limits = (100.0, "30d", end, at, at)
        self.execute(_PEOPLE, [(f"p{number}", *limits) for number in range(PEOPLE)])
        self.execute(_TEAMS, [(*_team(number), *limits) for number in range(TEAMS)])
        self.execute(_MEMBERS, [(f"t{number}", f"p{number}", "b", 10.0) for number in range(TEAMS)])
        self.execute(_KEYS, [(*_key(number), *limits) for number in range(KEYS)])

    def spend(self, share: float) -> None:
        for statement in _SPEND:
            self.execute(statement, [(share,)])

    def begin_next_period(self) -> None:
        """Move to the time of the reset, which the sandbox makes at its next call. It resets no members."""
        with sqlite3.connect(self.file, timeout=60) as connection:
            (end,) = connection.execute("SELECT max(budget_reset_at) FROM keys").fetchone()
        connection.close()
        self.now = parsed(end) + timedelta(hours=1)
        self.execute("UPDATE memberships SET spend = 0 WHERE 1 = ?", [(1,)])


def _team(number: int) -> tuple[str, str, str]:
    roles = [{"user_id": f"p{number}", "user_email": None, "role": "user"}]
    roles += [{"user_id": f"p{number + 1}", "user_email": None, "role": "admin"}]
    return f"t{number}", f"Team {number}", json.dumps(roles)


def _key(number: int) -> tuple[str, str, str, str | None, str]:
    team = f"t{number % TEAMS}" if number % 2 else None
    return f"{number:064x}", f"key {number}", f"p{number % PEOPLE}", team, '["llm_api_routes"]'


@asynccontextmanager
async def replicas(
    simulation: Simulation, database_url: str, stack: AsyncExitStack
) -> AsyncIterator[list[Desk]]:
    sandbox = SandboxConfig(database=simulation.file, clock=simulation.clock)
    url = stack.enter_context(served(create_sandbox(sandbox)))
    upstream = Upstream("sandbox", url, sandbox.master_key.get_secret_value())
    settings = Surroundings(upstream, database_url).settings(
        notices={"webhook": WEBHOOK}, alerts={"forecast": False, "jump_factor": None}
    )
    found = [await stack.enter_async_context(open_desk(settings, simulation.clock)) for _ in range(2)]
    # The test runs these jobs itself, or counts no calls of theirs.
    for name in ("check-budgets", "index-keys", "send-notices", "apply-lifetimes", "resync-accounts"):
        await found[0].app.state.services.leases.claim(f"job:{name}", timedelta(days=1))
    # The sandbox makes its tables before it answers.
    await found[0].app.state.services.catalogue.gateway.health.readiness()
    simulation.fill()
    yield found


async def test_each_alert_is_stored_once(
    empty_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    simulation = Simulation(tmp_path / "sandbox.db")
    async with AsyncExitStack() as stack, replicas(simulation, empty_database, stack) as desks:
        calls: list[int] = []
        seconds = time.monotonic()
        for _ in range(PERIODS):
            for share in STEPS:
                simulation.spend(share)
                simulation.now += timedelta(minutes=70)
                await desks[0].app.state.services.all_keys.indexing.apply()
                calls += await _checks(desks, simulation)
            simulation.begin_next_period()
            calls += await _checks(desks, simulation)
        seconds = time.monotonic() - seconds
        database = Database(desks[0].settings.database)
        await _assert_each_once(database)
        await database.close()
    most = -(-PEOPLE // 100) + -(-TEAMS // 100) + min(TEAMS, TEAMS_PER_CHECK) + 1
    assert max(calls) <= most
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KEYS} keys, {PEOPLE} people, {TEAMS} teams, {PERIODS} periods, {len(calls)} checks on two replicas "
            f"at the same time, {seconds:.0f} s: at most {max(calls)} calls per check, bound {most}\n"
        )


async def _check(desks: list[Desk]) -> int:
    """Check on both replicas at the same time. Return the calls to LiteLLM of one."""
    counters = desks[0].app.state.services.counters
    before = sum(counters.upstream_calls.values())
    await asyncio.gather(*(desk.app.state.services.check_budgets.apply() for desk in desks))
    return int(sum(counters.upstream_calls.values()) - before)


async def _checks(desks: list[Desk], simulation: Simulation) -> list[int]:
    """Check until the members of all teams have been read. Return the calls of each check."""
    calls = []
    for _ in range(TEAMS // TEAMS_PER_CHECK + 1):
        simulation.now += timedelta(minutes=10)
        calls.append(await _check(desks))
    return calls


async def _assert_each_once(database: Database) -> None:
    columns = (notices.c.kind, notices.c.recipient, notices.c.subject, notices.c.threshold, notices.c.period)
    async with database.reading() as connection:
        rows = [tuple(row) for row in await connection.execute(select(*columns))]
    assert {kind for kind, *_ in rows} == {NoticeKind.BUDGET_THRESHOLD.value}
    found = Counter((subject, threshold) for _, _, subject, threshold, _ in rows)
    subjects = Counter(subject.partition(":")[0].partition("_")[0] for subject, _ in found)
    thresholds = len(EXPECTED)
    assert subjects == {
        "key": KEYS * thresholds,
        "account": PEOPLE * thresholds,
        "team": TEAMS * thresholds,
        "member": TEAMS * thresholds,
    }
    assert {threshold for _, threshold in found} == set(EXPECTED)
    assert set(found.values()) == {PERIODS}
