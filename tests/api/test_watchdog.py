"""The watchdog finds what is wrong in the gateway, tells the platform team, and blocks keys if it may."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.notices.models import PLATFORM, Kind
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import notices
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker, maker_on, unique

pytestmark = pytest.mark.anyio
WEBHOOK = {
    "url": "https://receiver.example.com/hook",
    "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
}
HOUR = timedelta(hours=1)
WatchingDesk = Callable[..., AbstractAsyncContextManager[tuple[Desk, Visitor]]]


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Maker]:
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def watching(surroundings: Surroundings, scene: Scene, clock: Later, tmp_path: Path) -> WatchingDesk:
    """Opens a Keydesk with the watchdog and an auditor of it."""

    @asynccontextmanager
    async def opened(**watchdog: Any) -> AsyncIterator[tuple[Desk, Visitor]]:
        settings = replace(surroundings, database_url=f"sqlite:///{tmp_path / 'keydesk.db'}").settings(
            directory={"people": scene.directory()},
            notices={"webhook": WEBHOOK},
            alerts={"watchdog": watchdog},
            litellm={"audit": {"group": PLATFORM_TEAM, "key_admin_group": PLATFORM_TEAM}},
        )
        async with open_desk(settings, clock) as desk:
            yield desk, await desk.sign_in(scene.user_id("olga"))

    return opened


async def check(desk: Desk, clock: Later, times: int = 2) -> None:
    for _ in range(times):
        clock.by += 2 * HOUR
        services = desk.app.state.services
        await services.all_keys.indexing.apply()
        await services.check_budgets.apply()


async def found(auditor: Visitor) -> set[tuple[str, str]]:
    findings = (await auditor.read("/admin/findings"))["findings"]
    return {(each["kind"], each["subject"]) for each in findings}


async def test_a_key_without_its_owner_is_blocked_and_reported_once(
    watching: WatchingDesk, gateway: Gateway, make: Maker, clock: Later
) -> None:
    owner = await make.person()
    key = await make.key(owner)
    await gateway.post("/user/delete", user_ids=[owner.user_id])
    ghost = await make.key(replace(owner, user_id=unique("ghost")))
    async with watching(mode="block") as (desk, auditor):
        key_id = desk.app.state.services.keys.ids.of(ghost.token)
        await check(desk, clock, 1)
        assert (await gateway.chat(ghost.secret)).status == 200
        await check(desk, clock, 1)
        assert (await gateway.chat(ghost.secret)).status == 401
        assert ("owner_gone", key_id) in await found(auditor)
        await check(desk, clock, 2)
        assert ("owner_gone", key_id) not in await found(auditor)
        entries = (await auditor.read("/audit", action="blocked"))["audit_logs"]
        assert [each["changed_by"] for each in entries if each["object_id"] == key_id] == ["keydesk"]
        database = Database(desk.settings.database)
        query = select(notices.c.recipient, notices.c.details).where(notices.c.kind == Kind.FINDING)
        async with database.reading() as connection:
            told = [tuple(row) for row in await connection.execute(query)]
        await database.close()
        names = [details["name"] for recipient, details in told if recipient == PLATFORM]
        assert names.count(ghost.alias) == 1
        assert key.alias not in names


async def test_a_key_that_a_report_is_about_is_not_blocked(
    watching: WatchingDesk, gateway: Gateway, make: Maker, clock: Later
) -> None:
    ghost = await make.key(replace(await make.person(), user_id=unique("ghost")))
    async with watching() as (desk, auditor):
        await check(desk, clock)
        assert ("owner_gone", desk.app.state.services.keys.ids.of(ghost.token)) in await found(auditor)
        assert (await gateway.chat(ghost.secret)).status == 200


async def test_it_is_off_without_a_channel(surroundings: Surroundings, scene: Scene) -> None:
    settings = surroundings.settings(
        directory={"people": scene.directory()}, litellm={"audit": {"group": PLATFORM_TEAM}}
    )
    async with open_desk(settings) as desk:
        services = desk.app.state.services
        before = sum(services.counters.upstream_calls.values())
        assert await services.check_budgets.apply() == 0
        assert sum(services.counters.upstream_calls.values()) == before
        auditor = await desk.sign_in(scene.user_id("olga"))
        assert await auditor.read("/admin/findings") == {"is_active": False, "findings": []}
