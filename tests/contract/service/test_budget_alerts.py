"""The check of all budgets, against the gateway itself: alerts, findings, and keys that the watchdog blocks."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.alerts.findings import FindingKind, FindingView, Seen
from keydesk.jobs.check_budgets import CheckBudgets
from keydesk.keys.owners import team_owner
from keydesk.notices.models import Kind
from keydesk.storage.database import Database
from keydesk.storage.notice_tables import notices
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, SignIn, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.desk.storage import Storage
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio
WEBHOOK = {
    "url": "https://receiver.example.com/hook",
    "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
}
DeskAt = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def desk_at(surroundings: Surroundings, storage: Storage, scene: Scene, clock: Later) -> DeskAt:
    """Opens another Keydesk that sends alerts, with a database of its own and a clock that the test advances."""

    @asynccontextmanager
    async def opened(**alerts: Any) -> AsyncIterator[Desk]:
        with storage.new_database() as database_url:
            async with at(replace(surroundings, database_url=database_url), alerts) as desk:
                yield desk

    @asynccontextmanager
    async def at(here: Surroundings, alerts: dict[str, Any]) -> AsyncIterator[Desk]:
        settings = here.settings(
            directory={"people": scene.directory()},
            notices={"webhook": WEBHOOK},
            alerts=alerts,
            litellm={"audit": {"group": PLATFORM_TEAM, "key_admin_group": PLATFORM_TEAM}},
        )
        async with open_desk(settings, clock) as desk:
            for name in ("check-budgets", "index-keys", "send-notices"):
                await desk.app.state.services.leases.claim(f"job:{name}", timedelta(days=1))
            yield desk

    return opened


async def check(desk: Desk) -> None:
    """Read all keys and check all budgets, as the jobs do one after the other."""
    services = desk.app.state.services
    await services.all_keys.indexing.apply()
    job: CheckBudgets = services.check_budgets
    await job.apply()


async def stored(desk: Desk, recipient: str) -> list[tuple[str, str, str]]:
    """Return kind, subject and threshold of the notices to a person."""
    database = Database(desk.settings.database)
    columns = (notices.c.kind, notices.c.subject, notices.c.threshold)
    query = select(*columns).where(notices.c.recipient == recipient).order_by(notices.c.created_at)
    async with database.reading() as connection:
        found = [tuple(row) for row in await connection.execute(query)]
    await database.close()
    return found


async def findings(desk: Desk, *subjects: str) -> list[FindingView]:
    found = await desk.app.state.services.alerts.findings()
    return [each for each in found.findings if each.subject in subjects]


async def test_a_key_that_passes_its_budget_gives_one_alert(
    desk_at: DeskAt, as_person: SignIn, scene: Scene, gateway: Gateway, clock: Later
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=0.000001, budget_duration="30d")
    async with desk_at() as desk:
        await check(desk)
        assert await stored(desk, scene.ref("jane")) == []
        assert (await gateway.chat(issued["key"])).status == 200

        async def has_spent() -> float:
            spend: float = (await jane.key(issued["token"]))["spend"]
            return spend

        await eventually(has_spent, lambda spend: spend > 0)
        for _ in range(2):
            clock.by += timedelta(hours=2)
            await check(desk)
        found = await stored(desk, scene.ref("jane"))
        assert found == [(Kind.BUDGET_THRESHOLD, issued["token"], "100")]


async def blocked(desk: Desk, key_id: str, owner: str) -> bool:
    """Block one key as the mode `block` does. The mode itself would block keys of other tests on a shared gateway."""
    seen = Seen(FindingKind.OWNER_GONE, key_id, {"name": "laptop"}, owner=owner)
    done: bool = await desk.app.state.services.check_budgets.watchdog.blocking.block(seen)
    return done


async def test_keys_whose_owner_is_gone_are_found_and_blocked(
    desk_at: DeskAt, as_person: SignIn, gateway: Gateway, make: Maker, clock: Later
) -> None:
    olga = await as_person("olga")
    ghost = unique("ghost")
    secret = (await gateway.post("/key/generate", user_id=ghost, key_type="llm_api")).body
    make.tokens.append(secret["token"])
    async with desk_at() as desk:
        key_id = desk.app.state.services.keys.ids.of(secret["token"])
        await check(desk)
        assert await findings(desk, key_id) == []
        clock.by += timedelta(minutes=10)
        await check(desk)
        (found,) = await findings(desk, key_id)
        assert (found.kind, found.owner) == (FindingKind.OWNER_GONE, ghost)
        assert await blocked(desk, key_id, ghost)
        assert (await gateway.chat(secret["key"])).status == 401
        clock.by += timedelta(hours=2)
        await check(desk)
        assert await findings(desk, key_id) == []
        admin = await desk.sign_in(olga.user_id)
        lifted = await admin.post("/admin/keys/bulk", action="unblock", ids=[key_id])
        assert lifted.status_code == 200, lifted.text
        assert (await gateway.chat(secret["key"])).status == 200


async def test_the_owner_cannot_lift_a_block_of_the_watchdog(
    desk_at: DeskAt, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with desk_at() as desk:
        await check(desk)
        assert await blocked(desk, issued["token"], jane.user_id)
        assert (await gateway.chat(issued["key"])).status == 401
        owner = await desk.sign_in(jane.user_id)
        assert_problem(await owner.post(f"/keys/{issued['token']}/unblock"), 403, "policy-refused")
        assert not await blocked(desk, issued["token"], jane.user_id)


async def test_a_service_key_is_blocked_and_its_contacts_get_a_notice(
    desk_at: DeskAt, gateway: Gateway, make: Maker
) -> None:
    team = await make.team()
    key = await make.key(team=team)
    async with desk_at() as desk:
        await check(desk)
        key_id, owner = desk.app.state.services.keys.ids.of(key.token), team_owner(team.team_id)
        assert await blocked(desk, key_id, owner)
        assert (await gateway.chat(key.secret)).status == 401
        assert await stored(desk, owner) == [(Kind.KEY_BLOCKED, key_id, "")]


async def test_auditors_read_the_findings_and_others_do_not(desk_at: DeskAt, as_person: SignIn) -> None:
    jane, olga = await as_person("jane"), await as_person("olga")
    async with desk_at() as desk:
        found = await (await desk.sign_in(olga.user_id)).read("/admin/findings")
        assert found["is_active"]
        answer = await (await desk.sign_in(jane.user_id)).get("/admin/findings")
        assert_problem(answer, 403, "permission-missing")
