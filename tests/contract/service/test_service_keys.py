"""Service keys: the admins of a team manage keys that the team owns, and that no person's departure ends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.api.services import Services
from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.audit.policy import Filter
from keydesk.keys.owners import as_user, team_owner
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.leaks.models import Leak, Source
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.managing import MANAGERS, TeamOffice
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, token_of, unique

pytestmark = pytest.mark.anyio
ON = {"service_keys": True}
FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
TWO_ADMINS = {"carol": [PLATFORM_TEAM]}


@dataclass(frozen=True)
class Managed:
    """A team with two admins, Olga and Carol. `keys` is the path of its service keys."""

    desk: Desk
    scene: Scene
    olga: Visitor
    carol: Visitor
    team_id: str

    @property
    def keys(self) -> str:
        return f"/teams/{self.team_id}/service-keys"

    @property
    def services(self) -> Services:
        services: Services = self.desk.app.state.services
        return services

    async def created(self, **fields: Any) -> dict[str, Any]:
        """Create a service key, with Jane as its contact by default. It must be granted."""
        answer = await self.olga.post(self.keys, **self.body(**fields))
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    def body(self, **fields: Any) -> dict[str, Any]:
        return {
            "alias": unique("reports"),
            "max_budget": 5.0,
            "contacts": [self.scene.user_id("jane")],
        } | fields

    async def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.olga.read(self.keys)
        return found


async def manage(office: TeamOffice, desk: Desk) -> Managed:
    olga, carol = await office.person(desk, "olga"), await office.person(desk, "carol")
    team = await office.create(olga, models=["gpt-4o", "gpt-4o-mini"])
    return Managed(desk, office.scene, olga, carol, team["team_id"])


@pytest.fixture
async def team(office: TeamOffice) -> AsyncIterator[Managed]:
    """A Keydesk with service keys, at which Olga and Carol manage the same teams."""
    rules = {"allow_team_delete": True}
    async with office.open(rules=rules, groups=MANAGERS | TWO_ADMINS, key_generation=ON) as desk:
        yield await manage(office, desk)


async def granted(admin: Visitor, path: str, **body: Any) -> dict[str, Any]:
    answer = await admin.post(path, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def in_litellm(gateway: Gateway, secret: str) -> dict[str, Any]:
    info: dict[str, Any] = (await gateway.get("/key/info", key=token_of(secret))).body["info"]
    return info


async def test_the_key_belongs_to_the_team_and_to_no_person(team: Managed, gateway: Gateway) -> None:
    issued = await team.created(metadata={"purpose": "tests"})
    assert issued["contacts"] == [{"ref": team.scene.ref("jane"), "in_directory": True}]
    stored = await in_litellm(gateway, issued["key"])
    assert (stored["user_id"], stored["team_id"]) == (None, team.team_id)
    assert "service_account_id" not in stored["metadata"]
    assert (await gateway.chat(issued["key"])).status == 200
    assert (await gateway.post("/key/generate", credential=issued["key"])).status == 403
    (listed,) = await team.listed()
    assert (listed["token"], listed["user_id"], listed["is_managed"]) == (issued["token"], None, True)
    assert issued["token"] not in {key["token"] for key in await team.olga.read("/keys")}


async def test_the_policy_for_keys_applies(team: Managed) -> None:
    for param, wrong in {"models": ["premium-xl"], "max_budget": None, "alias": "opencode-jane"}.items():
        answer = await team.olga.post(team.keys, **team.body(**{param: wrong}))
        assert_problem(answer, 403, "policy-refused", param=param)
    assert (await team.created())["models"] == []


async def test_every_admin_of_the_team_can_change_it(team: Managed, gateway: Gateway) -> None:
    issued = await team.created(duration="7d")
    carol, here = team.carol, f"{team.keys}/{issued['token']}"
    changed = (await carol.patch(here, max_budget=7.0, models=["gpt-4o"])).json()
    assert (changed["max_budget"], changed["models"], changed["is_managed"]) == (7.0, ["gpt-4o"], True)
    assert (await granted(carol, f"{here}/extend", duration="30d"))["expires_at"] > issued["expires_at"]
    contacts = [team.scene.ref("bob"), team.scene.ref("jane")]
    assert (await carol.put(f"{here}/contacts", contacts=contacts)).status_code == 200
    (listed,) = await team.listed()
    assert [contact["ref"] for contact in listed["contacts"]] == contacts
    assert (await carol.delete(here)).status_code == 200
    assert not await gateway.accepts(issued["key"])
    assert await team.listed() == []
    assert (await carol.delete(here)).status_code == 404


async def test_a_rotated_key_has_an_overlap(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    here = f"{team.keys}/{issued['token']}"
    rotated = await granted(team.olga, f"{here}/rotate", overlap="1h")
    assert rotated["token"] == issued["token"]
    for secret in (issued["key"], rotated["key"]):
        assert (await gateway.chat(secret)).status == 200
    assert (await in_litellm(gateway, rotated["key"]))["user_id"] is None
    (listed,) = await team.listed()
    assert listed["previous_secret_expires_at"] == rotated["previous_secret_expires_at"]
    await granted(team.carol, f"{here}/end_previous_secret")
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(rotated["key"])).status == 200


async def test_a_rotation_is_settled(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    await granted(team.olga, f"{team.keys}/{issued['token']}/rotate", overlap="0s")
    rotated = await granted(team.olga, f"{team.keys}/{issued['token']}/rotate", overlap="1h")
    secrets, settling = team.services.keys.secrets, team.services.key_rotation.settling
    (later,) = [each for each in await secrets.due(FAR_FUTURE) if each.key_id == issued["token"]]
    assert later.user_id == team_owner(team.team_id)
    await settling.settle(later)
    (listed,) = await team.listed()
    assert listed["max_budget"] == 5.0
    assert (await gateway.chat(rotated["key"])).status == 200


async def test_an_admin_lifts_the_block_of_another_admin(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    here = f"{team.keys}/{issued['token']}"
    await granted(team.olga, f"{here}/block")
    assert not await gateway.accepts(issued["key"])
    await granted(team.carol, f"{here}/unblock")
    assert await gateway.accepts(issued["key"])


async def test_a_block_of_the_platform_team_stays(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    keys, here = team.services.keys, f"{team.keys}/{issued['token']}"
    await granted(team.olga, f"{here}/block")
    admin, owner = Person(team.scene.ref("bob")), as_user(team.team_id)
    await keys.block(admin, owner, issued["token"], as_admin=True)
    assert_problem(await team.olga.post(f"{here}/unblock"), 403, "policy-refused")
    await keys.unblock(admin, owner, issued["token"], as_admin=True)
    assert await gateway.accepts(issued["key"])


async def test_a_leaked_key_is_rotated_and_not_unblocked(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    here = f"{team.keys}/{issued['token']}"
    await granted(team.olga, f"{here}/block")
    await team.services.leaks.reports.report(Leak(SecretStr(issued["key"]), Source.COMMAND))
    assert_problem(await team.olga.post(f"{here}/unblock"), 403, "policy-refused")
    rotated = await granted(team.carol, f"{here}/rotate")
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(rotated["key"])).status == 200


async def test_the_key_survives_the_departure_of_its_creator(team: Managed, gateway: Gateway) -> None:
    issued = await team.created(contacts=[team.scene.ref("olga")])
    await team.olga.read("/user/info")
    own = await team.olga.issue(unique("laptop"), team_id=None)
    await team.services.resync_accounts.resync.suspension.impose(team.olga.user_id)
    assert not await gateway.accepts(own["key"])
    assert (await gateway.chat(issued["key"])).status == 200
    await granted(team.carol, f"{team.keys}/{issued['token']}/block")


async def test_contacts_must_be_in_the_directory(team: Managed) -> None:
    contacts = [team.scene.user_id("jane"), "nobody-we-know"]
    refused = await team.olga.post(team.keys, **team.body(contacts=contacts))
    assert_problem(refused, 422, "invalid-request", param="contacts")
    for wrong in ([], [f"person-{number}" for number in range(11)], ["a b"], ["group:default/x"]):
        assert (await team.olga.post(team.keys, **team.body(contacts=wrong))).status_code == 422
    assert await team.listed() == []


async def test_creating_is_refused_unless_it_is_turned_on(office: TeamOffice) -> None:
    async with office.open() as desk:
        team = await manage(office, desk)
        refused = assert_problem(await team.olga.post(team.keys, **team.body()), 403, "policy-refused")
        assert refused["error"] == "Service keys are turned off."
        assert await team.listed() == []


async def adopted(team: Managed, key_id: str) -> None:
    adoption = team.services.key_adoption
    pages = [each async for page in adoption.pages() for each in page.foreign]
    (foreign,) = [each for each in pages if each.key_id == key_id]
    assert (foreign.owner, foreign.left_alone) == (team_owner(team.team_id), None)
    await adoption.adopt(SYSTEM_ACTOR, foreign)


async def test_a_key_from_litellm_can_be_changed_after_it_was_adopted(
    team: Managed, make: Maker, gateway: Gateway
) -> None:
    metadata = {"service_account_id": unique("account")}
    key = await make.key(team=Team(team.team_id, ""), max_budget=5.0, metadata=metadata)
    (listed,) = await team.listed()
    assert (listed["is_managed"], listed["contacts"]) == (False, [])
    olga, here = team.olga, f"{team.keys}/{listed['token']}"
    for refused in (
        await olga.post(f"{here}/block"),
        await olga.delete(here),
        await olga.put(f"{here}/contacts", contacts=[team.scene.ref("jane")]),
        await olga.post(f"{here}/rotate"),
        await olga.patch(here, max_budget=100.0),
    ):
        assert_problem(refused, 403, "policy-refused")
    assert (await gateway.chat(key.secret)).status == 200
    await adopted(team, listed["token"])
    (listed,) = await team.listed()
    assert (listed["is_managed"], listed["contacts"]) == (True, [])
    await granted(olga, f"{here}/block")
    assert not await gateway.accepts(key.secret)


async def test_a_block_by_the_platform_team_does_not_adopt_a_key(team: Managed, make: Maker) -> None:
    await make.key(team=Team(team.team_id, ""), max_budget=5.0)
    (listed,) = await team.listed()
    admin = Person(team.scene.ref("bob"))
    await team.services.keys.block(admin, as_user(team.team_id), listed["token"], as_admin=True)
    assert_problem(await team.olga.delete(f"{team.keys}/{listed['token']}"), 403, "policy-refused")
    await adopted(team, listed["token"])


async def test_keys_of_members_are_not_service_keys(team: Managed, office: TeamOffice) -> None:
    members = f"/teams/{team.team_id}/members"
    assert (await team.olga.post(members, userEntityRef=team.scene.ref("jane"))).status_code == 200
    jane = await office.person(team.desk, "jane")
    issued = await jane.issue(unique("laptop"), team_id=team.team_id)
    assert await team.listed() == []
    assert (await team.olga.delete(f"{team.keys}/{issued['token']}")).status_code == 404
    assert (await jane.get(team.keys)).status_code == 403


async def test_the_records_end_with_the_team(team: Managed, gateway: Gateway) -> None:
    issued = await team.created()
    assert (await team.olga.delete(f"/teams/{team.team_id}")).status_code == 200
    assert not await gateway.accepts(issued["key"])
    assert await team.services.service_keys.contacts.store.find(issued["token"]) is None
    assert await team.services.keys.store.owner_of(issued["token"]) is None


async def test_no_key_is_created_in_a_blocked_team(team: Managed) -> None:
    assert (await team.olga.patch(f"/teams/{team.team_id}", blocked=True)).status_code == 200
    assert_problem(await team.olga.post(team.keys, **team.body()), 403, "policy-refused", param="team_id")
    assert await team.listed() == []


async def test_admins_of_the_team_do_not_reset_its_spend(team: Managed) -> None:
    issued = await team.created()
    resets = team.services.spend_reset
    for name in ("olga", "carol"):
        user = await team.services.keys.gateway.users.get(team.scene.user_id(name))
        with pytest.raises(PolicyRefused):
            await resets.reset(Person(team.scene.ref(name)), user or as_user("other"), issued["token"])


async def test_the_audit_log_names_the_admin_and_no_user(team: Managed) -> None:
    issued = await team.created()
    (entry,) = (await team.services.audit_reader.page(Filter(object_id=issued["token"]), 1, 10)).audit_logs
    assert (entry.action, entry.changed_by) == ("created", team.scene.ref("olga"))
    assert entry.updated_values["user_id"] is None
    assert entry.updated_values["contacts"] == [team.scene.ref("jane")]
