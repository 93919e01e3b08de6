"""Contacts of a service key see the key, and nothing else of its team."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.desk import Visitor
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Shared:
    """A service key of a team that Olga manages. Jane is its contact."""

    olga: Visitor
    team_id: str
    key_id: str
    alias: str

    @property
    def page(self) -> str:
        return f"/service-keys/{self.key_id}"

    @property
    def managed(self) -> str:
        return f"/teams/{self.team_id}/service-keys/{self.key_id}"


@pytest.fixture
async def key(office: Office, olga: PortalVisitor) -> Shared:
    team_id, admin = await office.team_of(olga), await office.desk.sign_in(office.scene.user_id("olga"))
    body: dict[str, Any] = {
        "alias": unique("reports"),
        "max_budget": 5.0,
        "contacts": [office.scene.ref("jane")],
    }
    answer = await admin.post(f"/teams/{team_id}/service-keys", **body)
    assert answer.status_code == 200, answer.text
    return Shared(admin, team_id, answer.json()["token"], body["alias"])


async def test_a_contact_sees_the_key_and_not_its_team(jane: PortalVisitor, key: Shared) -> None:
    await key.olga.post(f"{key.managed}/block")
    page = await jane.get(key.page)
    assert page.status_code == 200
    for shown in (key.alias, "Members of platform-team manage its team", "blocked", "Blocked by Olga of"):
        assert shown in page.text
    assert f"{key.key_id}/unblock" not in page.text
    assert f"/teams/{key.team_id}" not in page.text
    for hidden in (f"/teams/{key.team_id}", key.managed):
        assert (await jane.get(hidden)).status_code in (403, 404)


async def test_the_api_has_the_same(office: Office, owner: Visitor, key: Shared) -> None:
    found = await owner.read(f"/service-keys/{key.key_id}")
    assert (found["key_alias"], found["max_budget"], found["blocked"]) == (key.alias, 5.0, False)
    assert found["team_id"] == key.team_id
    assert found["managed_by"]["ref"] == "group:default/platform-team"
    assert found["contacts"] == [{"ref": office.scene.ref("jane"), "in_directory": True}]
    (created,) = found["history"]
    assert (created["action"], created["changed_by"]) == ("created", office.scene.ref("olga"))
    assert not {"models", "metadata"} & found.keys()


async def test_everybody_else_finds_nothing(office: Office, owner: Visitor, key: Shared) -> None:
    for name in ("alice", "carol"):
        assert (await (await office.welcome(name)).get(key.page)).status_code == 404
        visitor = await office.desk.sign_in(office.scene.user_id(name))
        assert_problem(await visitor.get(key.page), 404, "not-found")
    assert_problem(await owner.get("/service-keys/key_unknown"), 404, "not-found")
    await key.olga.put(f"{key.managed}/contacts", contacts=[office.scene.ref("alice")])
    assert_problem(await owner.get(key.page), 404, "not-found")
    assert (await (await office.welcome("alice")).get(key.page)).status_code == 200


async def test_an_admin_of_the_team_continues_to_the_page_with_the_actions(
    olga: PortalVisitor, key: Shared
) -> None:
    answer = await olga.get(key.page)
    assert (answer.status_code, answer.headers["location"]) == (303, key.managed)
