"""An account is suspended while its owner works: no key stays active, or the next run of the job blocks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from keydesk.keys.models import KeyRequest
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from keydesk.litellm import User
from tests.contract.service.test_keeping_accounts_right import people, visit
from tests.support.desk.desk import Desk, OpenDesk, Visitor
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Leaving:
    """`here` still serves Jane, whose account it has just looked up; `there` has detected that she left."""

    here: Desk
    there: Desk
    jane: Visitor
    person: Person
    user: User

    async def run_job(self) -> None:
        await self.there.app.state.services.resync_accounts.apply(even_if_many_leave=True)


@asynccontextmanager
async def leaving(
    desk_with: OpenDesk, scene: Scene, make: Maker, database_url: str
) -> AsyncIterator[Leaving]:
    database = {"url": database_url}
    async with (
        desk_with(database=database, directory=people(scene)) as here,
        desk_with(database=database, directory=people(scene, present=False)) as there,
    ):
        jane, person = await visit(here, scene, make), Person(scene.ref("jane"))
        yield Leaving(here, there, jane, person, await here.app.state.services.accounts.of(person))


async def test_a_key_requested_before_the_suspension_is_deleted(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str, gateway: Gateway
) -> None:
    async with leaving(desk_with, scene, make, empty_database) as case:
        await case.run_job()
        request = KeyRequest(alias=unique("laptop"), max_budget=5.0)
        with pytest.raises(NotAnAccount):
            await case.here.app.state.services.keys.issuer.issue(case.person, case.user, request)
    listed = await gateway.get("/key/list", user_id=case.jane.user_id)
    assert listed.body["total_count"] == 0


async def test_an_owner_cannot_unblock_a_key_of_a_suspended_account(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str, gateway: Gateway
) -> None:
    async with leaving(desk_with, scene, make, empty_database) as case:
        issued = await case.jane.issue(unique("laptop"))
        assert (await case.jane.post(f"/keys/{issued['token']}/block")).status_code == 200
        await case.run_job()
        with pytest.raises(NotAnAccount):
            await case.here.app.state.services.keys.unblock(case.person, case.user, issued["token"])
    assert (await gateway.chat(issued["key"])).status == 401


async def test_a_key_created_outside_of_keydesk_during_a_suspension_is_blocked_by_the_next_run(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str, gateway: Gateway
) -> None:
    async with leaving(desk_with, scene, make, empty_database) as case:
        await case.run_job()
        made = await gateway.post("/key/generate", user_id=case.jane.user_id, key_alias=unique("escaped"))
        secret = made.body["key"]
        assert (await gateway.chat(secret)).status == 200
        await case.run_job()
        assert (await gateway.chat(secret)).status == 401
        await case.here.app.state.services.resync_accounts.apply()
        (shown,) = await case.jane.read("/keys")
        assert shown["blocked"] is False
