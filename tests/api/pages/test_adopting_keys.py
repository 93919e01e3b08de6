"""Keys that were created outside of Keydesk: their owners and the platform team can adopt them in the portal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Visitor, open_desk
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, VirtualKey, maker_on
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio
OUTSIDE = "created outside of Keydesk"


async def foreign_key(make: Maker, owner: Visitor) -> VirtualKey:
    return await make.key(owner.person, key_type="default", max_budget=5.0)


async def page_with(visitor: PortalVisitor, key: VirtualKey) -> tuple[int, str]:
    """Return the number and the content of the page of the list that contains the key."""
    number, page = 1, (await visitor.get("/admin/adopt?page=1")).text
    while str(key.alias) not in page and "Check more" in page:
        number += 1
        page = (await visitor.get(f"/admin/adopt?page={number}")).text
    return number, page


async def test_an_owner_adopts_a_key_on_its_page(office: Office, owner: Visitor, gateway: Gateway) -> None:
    jane = await office.welcome("jane")
    async with maker_on(gateway) as make:
        key = await foreign_key(make, owner)
        here = f"/keys/{office.desk.app.state.services.keys.ids.of(key.token)}"
        assert OUTSIDE in (await jane.get(here)).text
        answer = await jane.post(f"{here}/adopt", at=here)
        assert (answer.status_code, answer.headers["location"]) == (303, here)
        page = (await jane.get(here)).text
        assert OUTSIDE not in page
        assert "Adopted by you" in page
        assert (await key_of(gateway, key))["allowed_routes"] == ["llm_api_routes"]


async def test_the_owner_reads_which_rules_an_adopted_key_breaks(
    office: Office, surroundings: Surroundings, owner: Visitor, gateway: Gateway
) -> None:
    settings = settings_for_pages(
        surroundings, surroundings.troupe, key_lifetimes={"allow_unlimited": False, "default": "30d"}
    )
    async with maker_on(gateway) as make, open_desk(settings) as desk, AsyncExitStack() as stack:
        key = await foreign_key(make, owner)
        jane = await Office(desk, office.scene, stack).welcome("jane")
        here = f"/keys/{desk.app.state.services.keys.ids.of(key.token)}"
        assert (await jane.post(f"{here}/adopt", at=here)).status_code == 303
        assert "It breaks these rules: Every key must expire." in (await jane.get(here)).text


async def test_a_key_of_somebody_else_cannot_be_adopted(
    office: Office, owner: Visitor, gateway: Gateway, control: SandboxControl
) -> None:
    carol = await office.welcome("carol")
    async with maker_on(gateway) as make:
        key = await foreign_key(make, owner)
        key_id = office.desk.app.state.services.keys.ids.of(key.token)
        await carol.get("/keys")
        control.forget()
        assert (await carol.post(f"/keys/{key_id}/adopt", at="/keys")).status_code == 404
        assert (await carol.post(f"/admin/adopt/{key_id}", at="/keys", page="1")).status_code == 403
        assert control.writes() == []


@pytest.fixture
async def key_admin(surroundings: Surroundings, office: Office) -> AsyncIterator[PortalVisitor]:
    """Olga at a Keydesk in which she is a key admin."""
    audit = {"group": PLATFORM_TEAM, "key_admin_group": PLATFORM_TEAM}
    settings = settings_for_pages(surroundings, surroundings.troupe, audit=audit)
    async with open_desk(settings) as desk, AsyncExitStack() as stack:
        yield await Office(desk, office.scene, stack).welcome("olga")


async def test_a_key_admin_adopts_keys_from_a_list(
    office: Office, key_admin: PortalVisitor, owner: Visitor, gateway: Gateway, control: SandboxControl
) -> None:
    async with maker_on(gateway) as make:
        key = await foreign_key(make, owner)
        key_id = office.desk.app.state.services.keys.ids.of(key.token)
        control.forget()
        assert "Check keys" in (await key_admin.get("/admin/adopt")).text
        number, page = await page_with(key_admin, key)
        assert f"/admin/adopt/{key_id}" in page
        assert control.writes() == []
        answer = await key_admin.post(f"/admin/adopt/{key_id}", at="/admin/adopt", page=str(number))
        assert answer.status_code == 303
        assert key_id not in (await key_admin.get(answer.headers["location"])).text
        assert (await key_of(gateway, key))["allowed_routes"] == ["llm_api_routes"]
        unknown = await key_admin.post("/admin/adopt/key_unknown", at="/admin/adopt", page=str(number))
        assert unknown.status_code == 404


async def test_an_auditor_who_is_no_key_admin_sees_the_list_only(
    office: Office, olga: PortalVisitor, owner: Visitor, gateway: Gateway
) -> None:
    async with maker_on(gateway) as make:
        key = await foreign_key(make, owner)
        key_id = office.desk.app.state.services.keys.ids.of(key.token)
        _, page = await page_with(olga, key)
        row = page.partition(str(key.alias))[2].partition("</tr>")[0]
        assert "Ask a key admin" in row
        assert f"/admin/adopt/{key_id}" not in page
        assert (await olga.post(f"/admin/adopt/{key_id}", at="/keys", page="1")).status_code == 403
