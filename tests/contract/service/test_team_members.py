"""POST and DELETE /teams/{id}/members: people of the directory are added and removed, and get an account first."""

from typing import Any

import pytest

from tests.support.desk.configuring import DEFAULTS
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.managing import TeamOffice, managed
from tests.support.desk.people import NAMES
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, Team, unique
from tests.support.upstream.reading import person_of, team_of, tokens_of

pytestmark = pytest.mark.anyio


async def stored(gateway: Gateway, team: dict[str, Any]) -> dict[str, Any]:
    return await team_of(gateway, Team(team["team_id"], team["team_alias"]))


async def budgets_in(gateway: Gateway, team: dict[str, Any]) -> dict[str, float | None]:
    answer = await gateway.get("/team/info", team_id=team["team_id"])
    return {
        membership["user_id"]: (membership["litellm_budget_table"] or {}).get("max_budget")
        for membership in answer.body["team_memberships"]
    }


def members_of(answer: Any) -> set[str]:
    return {member["user_id"] for member in answer.json()["members_with_roles"]}


def path_of(team: dict[str, Any]) -> str:
    return f"/teams/{team['team_id']}/members"


def at_end_of(office: TeamOffice, *names: str) -> None:
    """Also delete accounts of people who never signed in."""
    office.make.user_ids.extend(office.scene.user_id(name) for name in names)


async def ready(office: TeamOffice, desk: Desk) -> tuple[Visitor, dict[str, Any]]:
    olga = await office.person(desk, "olga")
    at_end_of(office, *NAMES)
    return olga, await office.create(olga)


async def test_a_person_without_an_account_gets_the_configured_one(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        answer = await olga.post(path_of(team), userEntityRef=office.scene.ref("jane"))
        assert answer.status_code == 200, answer.text
        assert await managed(olga, team) == [answer.json()]
    jane = Person(office.scene.user_id("jane"), office.scene.email("jane"))
    assert answer.json()["members_with_roles"] == [
        {"user_id": jane.user_id, "user_email": jane.email, "role": "user"}
    ]
    account = await person_of(gateway, jane)
    assert {name: account[name] for name in ("max_budget", "tpm_limit")} == {
        name: DEFAULTS[name] for name in ("max_budget", "tpm_limit")
    }
    assert account["metadata"]["backstage_entity"] == office.scene.ref("jane")
    assert await tokens_of(gateway, jane) == []


@pytest.mark.parametrize("form", ["user:default/{}", "User:Default/{}", "{}", "default/{}"])
async def test_references_are_accepted_in_every_form(office: TeamOffice, form: str) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        ref = form.format(office.scene.user_id("jane"))
        answer = await olga.post(path_of(team), userEntityRef=ref)
    assert members_of(answer) == {office.scene.user_id("jane")}


async def test_adding_a_member_twice_succeeds(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        first = await olga.post(path_of(team), userEntityRef=office.scene.ref("jane"), role="user")
        again = await olga.post(path_of(team), userEntityRef=office.scene.ref("jane"))
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_member_can_have_their_own_budget(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        ref, jane = office.scene.ref("jane"), office.scene.user_id("jane")
        await olga.post(path_of(team), userEntityRef=ref, maxBudgetInTeam=3.5)
        assert (await budgets_in(gateway, team))[jane] == 3.5
        answer = await olga.post(path_of(team), userEntityRef=ref, maxBudgetInTeam=4)
        assert answer.status_code == 200, answer.text
        assert (await budgets_in(gateway, team))[jane] == 4.0
        await olga.post(path_of(team), userEntityRef=ref)
        assert (await budgets_in(gateway, team))[jane] == 4.0, "saying nothing changes nothing"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"userEntityRef": "user:default/nobody-knows-them"}, (404, "not-found", "userEntityRef")),
        ({"userEntityRef": "user:other/jane"}, (404, "not-found", "userEntityRef")),
        ({"userEntityRef": "group:default/platform-team"}, (422, "invalid-request", "userEntityRef")),
        ({"userEntityRef": ""}, (422, "invalid-request", "userEntityRef")),
        ({"userEntityRef": None}, (422, "invalid-request", "userEntityRef")),
        ({"role": "admin"}, (422, "invalid-request", "role")),
        ({"role": "owner"}, (422, "invalid-request", "role")),
        ({"maxBudgetInTeam": 0}, (422, "invalid-request", "maxBudgetInTeam")),
        ({"maxBudgetInTeam": "1"}, (422, "invalid-request", "maxBudgetInTeam")),
        ({"maxBudgetInTeam": 501}, (403, "policy-refused", "maxBudgetInTeam")),
        ({"user_id": "jane"}, (422, "invalid-request", "user_id")),
    ],
    ids=str,
)
async def test_a_refused_request_adds_and_provisions_nobody(
    office: TeamOffice, gateway: Gateway, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        before = await stored(gateway, team)
        body = {"userEntityRef": office.scene.ref("jane")} | change
        assert_problem(await olga.post(path_of(team), **body), *expected)
    assert await stored(gateway, team) == before
    assert (await gateway.get("/v2/user/info", user_id=office.scene.user_id("jane"))).status == 404


async def test_without_provisioning_only_people_with_an_account_can_be_added(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open(provisioning={"enabled": False}) as desk:
        olga, team = await ready(office, desk)
        refused = await olga.post(path_of(team), userEntityRef=office.scene.ref("jane"))
        assert_problem(refused, 404, "not-found", param="userEntityRef")
        await office.make.person(user_id=office.scene.user_id("bob"))
        answer = await olga.post(path_of(team), userEntityRef=office.scene.ref("bob"))
        assert members_of(answer) == {office.scene.user_id("bob")}
    assert (await gateway.get("/v2/user/info", user_id=office.scene.user_id("jane"))).status == 404


@pytest.mark.parametrize("form", ["{ref}", "{user_id}"])
async def test_a_removed_member_loses_only_the_keys_of_the_team(office: TeamOffice, form: str) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        jane = await office.person(desk, "jane")
        for name in ("jane", "bob"):
            await olga.post(path_of(team), userEntityRef=office.scene.ref(name))
        own, of_team = await jane.issue(unique("own")), await jane.issue(unique("t"), team_id=team["team_id"])
        named = form.format(ref=office.scene.ref("jane"), user_id=jane.user_id)
        answer = await olga.delete(f"{path_of(team)}?userEntityRef={named}")
        assert answer.status_code == 200, answer.text
        assert members_of(answer) == {office.scene.user_id("bob")}
        assert answer.json()["deleted_keys"] == [of_team["token"]]
        assert [key["token"] for key in await jane.read("/keys")] == [own["token"]]
        assert await jane.read("/teams") == []
        again = await olga.delete(f"{path_of(team)}?userEntityRef={named}")
        assert_problem(again, 404, "not-found", param="userEntityRef")


async def test_with_a_domain_references_and_user_ids_both_find_the_member(office: TeamOffice) -> None:
    async with office.open(user_id_domain="example.com") as desk:
        olga, team = await ready(office, desk)
        jane = f"{office.scene.user_id('jane')}@example.com"
        office.make.user_ids.append(jane)
        for named in (office.scene.ref("jane"), jane):
            added = await olga.post(path_of(team), userEntityRef=office.scene.ref("jane"))
            assert members_of(added) == {jane}
            removed = await olga.delete(f"{path_of(team)}?userEntityRef={named}")
            assert members_of(removed) == set()


async def test_a_person_who_left_the_directory_can_be_removed(
    office: TeamOffice, gateway: Gateway, make: Maker
) -> None:
    gone = await make.person()
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        await gateway.post(
            "/team/member_add", team_id=team["team_id"], member={"role": "user", "user_id": gone.user_id}
        )
        answer = await olga.delete(f"{path_of(team)}?userEntityRef={gone.user_id}")
    assert (answer.status_code, members_of(answer)) == (200, set())


@pytest.mark.parametrize("named", ["default_user_id", "nobody", "user:default/nobody", "group:x/y", "%20"])
async def test_a_person_outside_of_the_team_cannot_be_removed(
    office: TeamOffice, gateway: Gateway, named: str
) -> None:
    async with office.open() as desk:
        olga, team = await ready(office, desk)
        before = await stored(gateway, team)
        refused = await olga.delete(f"{path_of(team)}?userEntityRef={named}")
        assert refused.status_code == (422 if named == "%20" else 404)
        assert (await olga.delete(path_of(team))).status_code == 422
    assert await stored(gateway, team) == before
