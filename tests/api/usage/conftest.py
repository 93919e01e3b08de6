"""A person with a year of usage on their own sandbox, so that every call and every row is known."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from keydesk.kit.clock import utc_now
from keydesk_sandbox.seed import KeyUsage, UsagePlan
from keydesk_sandbox.seed.usage import write_usage
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import Troupe
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.sandbox import sandbox_at

DAYS = 365
ALIASES = ("laptop", "=cmd|' /C calc'!A0", "ci")


@dataclass(frozen=True)
class Year:
    """A year of Jane's usage with three keys, the last of which belongs to a team.

    `rows` is the gateway's own table.
    """

    start: str
    end: str
    user_id: str
    team_id: str
    database: Path = field(repr=False)

    @property
    def period(self) -> dict[str, str]:
        return {"start_date": self.start, "end_date": self.end}

    def one(self, select: str) -> Any:
        """Return a sum over Jane's rows within the year."""
        statement = f"SELECT {select} FROM daily_activity WHERE user_id = ? AND date BETWEEN ? AND ?"  # noqa: S608 - our own
        with closing(sqlite3.connect(self.database)) as database:
            (found,) = database.execute(statement, [self.user_id, self.start, self.end]).fetchone()
        return found


OpenYear = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture(scope="module")
def gateway_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def gateway(gateway_folder: Path) -> Iterator[Upstream]:
    with sandbox_at(gateway_folder) as found:
        yield found


@pytest.fixture(scope="module")
def calls(gateway: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(gateway.url, gateway.master_key) as http:
        yield SandboxControl(http)


@pytest.fixture(scope="module")
def town(gateway: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    database = tmp_path_factory.mktemp("town") / "keydesk.db"
    return Surroundings(gateway, f"sqlite:///{database}", Troupe(1))


@pytest.fixture(scope="module")
async def year(town: Surroundings, calls: SandboxControl, gateway_folder: Path) -> Year:
    scene = town.troupe.next_scene()
    async with open_desk(town.settings()) as desk:
        jane = await desk.sign_in(scene.user_id("jane"))
        await jane.read("/user/info")
        members = [{"role": "user", "user_id": jane.user_id}]
        team = {"team_id": "red", "team_alias": "Red", "members_with_roles": members, "max_budget": 900.0}
        calls.http.post("/team/new", json=team).raise_for_status()
        for alias in ALIASES[:2]:
            await jane.issue(alias)
        await jane.issue(ALIASES[2], team_id="red")
    today = utc_now().date()
    database = gateway_folder / "sandbox.db"
    _spend(database, jane.user_id, today)
    return Year(
        (today - timedelta(days=DAYS - 1)).isoformat(), today.isoformat(), jane.user_id, "red", database
    )


def _spend(database: Path, user_id: str, today: date) -> None:
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT token, team_id FROM keys WHERE user_id = ?", [user_id]).fetchall()
        keys = tuple(KeyUsage(token=row["token"], user_id=user_id, team_id=row["team_id"]) for row in found)
        write_usage(connection, UsagePlan(keys=keys, days=DAYS, until=today))


@pytest.fixture
def open_year(town: Surroundings, year: Year, tmp_path: Path) -> OpenYear:
    """Start a Keydesk with an empty cache."""
    del year  # Only its effect is needed.

    def opened(**changes: Any) -> AbstractAsyncContextManager[Desk]:
        database = {"database": {"url": f"sqlite:///{tmp_path / 'fresh.db'}"}}
        return open_desk(town.settings(**database | changes))

    return opened


@pytest.fixture
async def jane(open_year: OpenYear, year: Year) -> AsyncIterator[Visitor]:
    async with open_year() as desk:
        yield await desk.sign_in(year.user_id)
