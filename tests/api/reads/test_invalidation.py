"""Every change through Keydesk is visible immediately, also in another Keydesk with the same database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.managing import TeamOffice
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

Change = Callable[[Visitor, dict[str, Any]], Awaitable[httpx2.Response]]
KEY_CHANGES: dict[str, Change] = {
    "rename": lambda who, key: who.post(f"/keys/{key['token']}/update", key_alias=unique("renamed")),
    "budget": lambda who, key: who.post(f"/keys/{key['token']}/update", max_budget=7.5),
    "block": lambda who, key: who.post(f"/keys/{key['token']}/block"),
    "delete": lambda who, key: who.delete(f"/keys/{key['token']}"),
    "issue": lambda who, _: who.post("/keys/generate", alias=unique("another"), max_budget=1.0),
}
TEAM_CHANGES: dict[str, Change] = {
    "rename": lambda who, team: who.patch(f"/teams/{team['team_id']}", team_alias=unique("Renamed")),
    "block": lambda who, team: who.patch(f"/teams/{team['team_id']}", blocked=True),
    "models": lambda who, team: who.patch(f"/teams/{team['team_id']}", models=["gpt-4o-mini"]),
}


@asynccontextmanager
async def two(remembering: OpenDesk, **changes: Any) -> AsyncIterator[tuple[Desk, Desk]]:
    async with remembering(**changes) as here, remembering(**changes) as there:
        yield here, there


@pytest.mark.parametrize("change", KEY_CHANGES.values(), ids=KEY_CHANGES.keys())
async def test_a_changed_key_is_visible_in_both_replicas(
    remembering: OpenDesk, as_person: SignIn, change: Change
) -> None:
    async with two(remembering) as desks:
        here, there = [desk.welcome(await as_person("jane")) for desk in desks]
        key = await here.issue(unique("laptop"))
        before = [await here.read("/keys"), await there.read("/keys")]
        assert before[0] == before[1]
        assert (await change(here, key)).status_code == 200
        after = [await here.read("/keys"), await there.read("/keys")]
        assert after[0] == after[1]
        assert after[0] != before[0]


async def test_a_spend_reset_by_another_person_is_visible_to_the_owner(
    remembering: OpenDesk, as_person: SignIn, control: SandboxControl
) -> None:
    async with remembering() as desk:
        jane, olga = [desk.welcome(await as_person(name)) for name in ("jane", "olga")]
        key = await jane.issue(unique("laptop"))
        await jane.read("/keys")
        assert (await olga.post(f"/keys/{key['token']}/reset_spend")).status_code == 200
        control.forget()
        await jane.read("/keys")
        assert "GET /key/list" in control.calls()


@pytest.mark.parametrize("change", TEAM_CHANGES.values(), ids=TEAM_CHANGES.keys())
async def test_a_changed_team_is_visible_to_members_and_managers(office: TeamOffice, change: Change) -> None:
    async with office.open() as desk:
        olga, jane = [await office.person(desk, name) for name in ("olga", "jane")]
        await jane.read("/user/info")
        team = await office.create(olga)
        assert await jane.read("/teams") == []
        joined = await olga.post(f"/teams/{team['team_id']}/members", userEntityRef=jane.user_id)
        assert joined.status_code == 200, joined.text
        before = (await jane.read("/teams"), await olga.read("/teams/managed"))
        assert [shown["team_id"] for shown in before[0]] == [team["team_id"]]
        assert (await jane.read("/user/info"))["teams"] == [team["team_id"]]
        assert (await change(olga, team)).status_code == 200
        after = (await jane.read("/teams"), await olga.read("/teams/managed"))
        assert after[0] != before[0]
        assert after[1] != before[1]


async def test_a_removed_member_loses_the_keys_of_the_team_immediately(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga, jane = [await office.person(desk, name) for name in ("olga", "jane")]
        await jane.read("/user/info")
        team = await office.create(olga)
        members = f"/teams/{team['team_id']}/members"
        await olga.post(members, userEntityRef=jane.user_id)
        await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert len(await jane.read("/keys")) == 1
        await olga.delete(f"{members}?userEntityRef={jane.user_id}")
        assert (await jane.read("/keys"), await jane.read("/teams")) == ([], [])
        assert (await jane.read("/user/info"))["teams"] == []


async def test_a_deleted_team_and_its_keys_disappear_immediately(office: TeamOffice) -> None:
    async with office.open(rules={"allow_team_delete": True}) as desk:
        olga, jane = [await office.person(desk, name) for name in ("olga", "jane")]
        await jane.read("/user/info")
        team = await office.create(olga)
        await olga.post(f"/teams/{team['team_id']}/members", userEntityRef=jane.user_id)
        await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert (len(await jane.read("/keys")), len(await jane.read("/teams"))) == (1, 1)
        assert team["team_id"] in await managed_by(olga)
        assert (await olga.delete(f"/teams/{team['team_id']}")).status_code == 200
        assert [await jane.read("/keys"), await jane.read("/teams")] == [[], []]
        assert team["team_id"] not in await managed_by(olga)


async def managed_by(admin: Visitor) -> list[str]:
    """Includes teams of other tests, because they belong to the same group."""
    return [team["team_id"] for team in await admin.read("/teams/managed")]


async def test_an_object_with_an_unknown_change_is_read_again(
    remembering: OpenDesk, as_person: SignIn, control: SandboxControl
) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        key = await jane.issue(unique("laptop"))
        await jane.read("/keys")
        with control.fault("/key/block", error_rate=1, status=500):
            assert (await jane.post(f"/keys/{key['token']}/block")).status_code == 502
        control.forget()
        await jane.read("/keys")
        assert "GET /key/list" in control.calls()


async def test_a_person_who_left_the_directory_is_refused_despite_a_fresh_cache(
    remembering: OpenDesk, as_person: SignIn, scene: Scene
) -> None:
    """Identity and access are checked for each request."""
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        await jane.read("/keys")
        desk.app.state.services.static_directory._entries.pop(scene.ref("jane"))
        for path in ("/user/info", "/keys", "/teams"):
            assert (await jane.get(path)).status_code == 403


async def test_a_former_team_admin_cannot_manage_teams_immediately(office: TeamOffice, scene: Scene) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        await olga.read("/user/info")
        team = await office.create(olga)
        assert team["team_id"] in await managed_by(olga)
        entries = desk.app.state.services.static_directory._entries
        entry = entries[scene.ref("olga")]
        assert PLATFORM_TEAM in entry.groups
        entries[scene.ref("olga")] = type(entry)(entry.ref, entry.email, entry.display_name)
        assert await olga.read("/teams/managed") == []


async def test_a_resync_is_visible_immediately(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        assert (await jane.read("/user/info"))["max_budget"] == 25.0
    richer = {"provisioning": {"defaults": {"max_budget": 40.0}}}
    async with two(remembering, litellm=richer) as (here, there):
        await here.app.state.services.resync_accounts.apply()
        for desk in (here, there):
            assert (await desk.welcome(jane).read("/user/info"))["max_budget"] == 40.0
