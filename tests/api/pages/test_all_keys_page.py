"""The page of all keys: what auditors see, and what key admins can change."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from keydesk.keys.owners import team_owner
from keydesk.storage.database import Database
from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import maker_on, unique

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class KeyOffice:
    """Olga is a key admin. Jane has a key."""

    desk: Desk
    olga: PortalVisitor
    admin: Visitor
    jane: Visitor
    alias: str
    key_id: str = field(repr=False)

    async def page(self, **query: str) -> str:
        return (await self.olga.get("/admin/keys", params={"q": self.alias} | query)).text


@pytest.fixture(scope="session")
async def key_admin_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    audit = {"audit": {"group": PLATFORM_TEAM, "key_admin_group": PLATFORM_TEAM}}
    async with open_desk(settings_for_pages(surroundings, surroundings.troupe, **audit)) as desk:
        await desk.app.state.services.all_keys.indexing.apply()
        yield desk


@pytest.fixture
async def key_office(key_admin_desk: Desk, scene: Scene) -> AsyncIterator[KeyOffice]:
    async with AsyncExitStack() as stack:
        olga = await Office(key_admin_desk, scene, stack).welcome("olga")
        admin, jane = [await key_admin_desk.sign_in(scene.user_id(name)) for name in ("olga", "jane")]
        alias = unique("laptop")
        issued = await jane.issue(alias)
        yield KeyOffice(key_admin_desk, olga, admin, jane, alias, issued["token"])


async def test_a_new_key_is_on_the_page_with_the_name_of_its_owner(key_office: KeyOffice) -> None:
    page = await key_office.page()
    assert f'href="/keys/{key_office.key_id}?owner={key_office.jane.user_id}"' in page
    assert ">Jane of" in page.partition("<tbody>")[2]
    assert "As of" in page


async def test_filters_and_the_file_select_the_same_keys(key_office: KeyOffice) -> None:
    assert key_office.key_id in await key_office.page(state="active", expires="never")
    assert "No keys match" in await key_office.page(state="blocked")
    file = await key_office.olga.get("/admin/keys/export", params={"q": key_office.alias, "state": "active"})
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.text.count("\n") == 2, file.text
    assert key_office.key_id in file.text


async def test_a_key_admin_blocks_a_key_that_its_owner_cannot_unblock(key_office: KeyOffice) -> None:
    preview = await key_office.olga.post("/admin/keys/block", at="/admin/keys", key=key_office.key_id)
    assert "Block 1 key?" in preview.text
    assert not (await key_office.jane.key(key_office.key_id))["blocked"]
    done = await key_office.olga.post("/admin/keys/block/apply", at="/admin/keys", key=key_office.key_id)
    assert (done.status_code, done.headers["location"]) == (303, "/admin/keys")
    assert (await key_office.jane.key(key_office.key_id))["blocked"]
    refused = await key_office.jane.post(f"/keys/{key_office.key_id}/unblock")
    assert (refused.status_code, "An administrator" in refused.json()["error"]) == (403, True)
    assert ">blocked</span>" in await key_office.page()


async def test_limits_are_changed_with_a_result_for_each_key(key_office: KeyOffice) -> None:
    fields = {"key": key_office.key_id, "duration": "7d", "rpm_limit": "9"}
    done = await key_office.olga.post("/admin/keys/update/apply", at="/admin/keys", **fields)
    assert done.status_code == 303, done.text
    key = await key_office.jane.key(key_office.key_id)
    assert (key["rpm_limit"], key["expires_at"] is not None, key["max_budget"]) == (9, True, 5.0)
    over = {"key": key_office.key_id, "max_budget": "1e9"}
    refused = await key_office.olga.post("/admin/keys/update/apply", at="/admin/keys", **over)
    assert "1 key was not changed" in refused.text
    assert (await key_office.jane.key(key_office.key_id))["max_budget"] == 5.0


async def test_service_keys_without_a_contact_in_the_directory_are_found(key_office: KeyOffice) -> None:
    admin, alias = key_office.admin, unique("reports")
    team = await admin.post("/teams", team_alias=unique("Search"), models=["gpt-4o"], max_budget=10.0)
    team_id = team.json()["team_id"]
    body = {"alias": alias, "max_budget": 5.0, "contacts": [key_office.jane.user_id]}
    key_id = (await admin.post(f"/teams/{team_id}/service-keys", **body)).json()["token"]
    shown = await key_office.page(q=alias)
    assert "Service key" in shown
    assert "Jane of" in shown
    assert "No keys match" in await key_office.page(q=alias, contact="none")
    services = key_office.desk.app.state.services
    left = services.service_keys.contacts.store.setting(key_id, team_owner(team_id), ["user:default/left"])
    database = Database(key_office.desk.settings.database)
    async with database.writing() as connection:
        await connection.execute(*left)
    await database.close()
    page = await key_office.page(q=alias, contact="none")
    for text in (alias, "(left)", "No contact", f"/keys/{key_id}?owner="):
        assert text in page
    found = await admin.read("/admin/keys", no_contact="true", search=alias)
    assert [key["token"] for key in found["keys"]] == [key_id]


async def test_an_invalid_field_is_marked_and_changes_nothing(key_office: KeyOffice) -> None:
    fields = {"key": key_office.key_id, "rpm_limit": "many"}
    answer = await key_office.olga.post("/admin/keys/update/apply", at="/admin/keys", **fields)
    assert answer.status_code == 422
    assert 'id="fault-rpm_limit"' in answer.text


async def test_a_key_that_can_manage_the_gateway_is_marked_and_restricted(
    key_office: KeyOffice, gateway: Gateway
) -> None:
    async with maker_on(gateway) as make:
        alice = await make.person()
        wide = await make.key(alice, key_type="default", key_alias=unique("<b>wide</b>"))
        services = key_office.desk.app.state.services
        await replace(services.all_keys.indexing, every=timedelta()).apply()
        page = (await key_office.olga.get("/admin/keys", params={"q": str(wide.alias)})).text
        assert "can manage the gateway" in page
        assert "&lt;b&gt;wide" in page
        assert wide.token not in page
        key_id = services.keys.ids.of(wide.token)
        done = await key_office.olga.post("/admin/keys/restrict/apply", at="/admin/keys", key=key_id)
        assert done.status_code == 303, done.text
        page = (await key_office.olga.get("/admin/keys", params={"q": str(wide.alias), "kind": "true"})).text
        assert "No keys match" in page


async def test_a_request_of_the_list_calls_litellm_only_for_changed_keys(
    key_office: KeyOffice, control: SandboxControl
) -> None:
    query = {"search": key_office.alias, "sort": "spend"}
    assert (await key_office.admin.read("/admin/keys", **query))["total"] == 1
    control.forget()
    found = await key_office.admin.read("/admin/keys", **query)
    assert [key["token"] for key in found["keys"]] == [key_office.key_id]
    assert control.calls() == []


async def test_a_bulk_change_has_a_result_and_an_audit_entry_for_each_key(key_office: KeyOffice) -> None:
    change = {"ids": [key_office.key_id, "key_unknown"], "action": "update", "changes": {"rpm_limit": 7}}
    preview = (await key_office.admin.post("/admin/keys/bulk", **change, preview=True)).json()
    assert [each["status"] for each in preview["results"]] == ["changed", "failed"]
    assert (await key_office.jane.key(key_office.key_id))["rpm_limit"] is None
    done = (await key_office.admin.post("/admin/keys/bulk", **change)).json()
    assert [each["status"] for each in done["results"]] == ["changed", "failed"]
    assert (done["changed"], done["results"][1]["error"]) == (
        1,
        "This key no longer exists, or has another owner.",
    )
    assert (await key_office.jane.key(key_office.key_id))["rpm_limit"] == 7
    entry = (await key_office.admin.read("/audit", action="updated", page_size=1))["audit_logs"][0]
    assert (entry["object_id"], entry["changed_by"]) == (
        key_office.key_id,
        f"user:default/{key_office.admin.user_id}",
    )


async def test_an_admin_takes_over_the_block_of_the_owner(key_office: KeyOffice) -> None:
    await key_office.jane.post(f"/keys/{key_office.key_id}/block")
    change = {"ids": [key_office.key_id], "action": "block"}
    assert (await key_office.admin.post("/admin/keys/bulk", **change)).json()["changed"] == 1
    assert (await key_office.jane.post(f"/keys/{key_office.key_id}/unblock")).status_code == 403
    again = (await key_office.admin.post("/admin/keys/bulk", **change)).json()
    assert again["results"][0]["status"] == "unchanged"
    lifted = await key_office.admin.post("/admin/keys/bulk", **change | {"action": "unblock"})
    assert lifted.json()["changed"] == 1
    assert not (await key_office.jane.key(key_office.key_id))["blocked"]


@pytest.mark.parametrize(
    "body",
    [
        {"ids": [], "action": "block"},
        {"ids": ["key_x"] * 501, "action": "block"},
        {"ids": ["key_x"], "action": "delete"},
        {"ids": ["key_x"], "action": "block", "user_id": "jane"},
        {"ids": ["key_x"], "action": "block", "changes": {"rpm_limit": 1}},
        {"ids": ["key_x"], "action": "update"},
        {"ids": ["key_x"], "action": "update", "changes": {"key_alias": "one-name-for-all"}},
        {"ids": ["key_x"], "action": "update", "changes": {"metadata": {}}},
    ],
)
async def test_an_invalid_bulk_change_is_refused(key_office: KeyOffice, body: dict[str, object]) -> None:
    assert (await key_office.admin.post("/admin/keys/bulk", **body)).status_code == 422


async def test_an_auditor_who_is_no_key_admin_can_read_but_not_change(
    office_desk: Desk, olga: PortalVisitor
) -> None:
    await office_desk.app.state.services.all_keys.indexing.apply()
    page = await olga.get("/admin/keys")
    assert page.status_code == 200
    assert "Download CSV" in page.text
    assert "/admin/keys/block" not in page.text
    answer = await olga.post("/admin/keys/block/apply", at="/models", key="key_x")
    assert (answer.status_code, "You do not have permission" in answer.text) == (403, True)


async def test_before_the_first_pass_the_page_says_so(
    surroundings: Surroundings, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = tmp_path_factory.mktemp("new") / "keydesk.db"
    new = Surroundings(surroundings.upstream, f"sqlite:///{database}")
    async with open_desk(settings_for_pages(new, office.scene)) as desk:
        olga = await Office(desk, office.scene, office.stack).welcome("olga")
        assert "for the first time" in (await olga.get("/admin/keys")).text
        assert (await olga.get("/admin/keys/export")).status_code == 503
