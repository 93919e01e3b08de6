"""Rotating a leaked key: its page offers that, and if a rotation stops halfway, the key stays blocked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import anyio
import pytest

from keydesk.keys.blocking import block_for
from keydesk.keys.models import LEAKED
from keydesk.keys.policy import is_blocked_by
from keydesk.lifetimes.models import BLOCKERS, Violation
from keydesk.litellm import Key
from tests.support.desk.desk import Desk, SignIn, Visitor
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
IMMEDIATELY = timedelta(seconds=-1)


@pytest.fixture
async def jane(sign_in: SignIn) -> Visitor:
    return await sign_in("jane")


async def leaked(desk: Desk, owner: Visitor, **fields: Any) -> dict[str, Any]:
    """Return a new key that was reported."""
    issued: dict[str, Any] = await owner.issue(unique("laptop"), **fields)
    assert (await desk.stranger().post("/leaks", key=issued["key"])).status_code == 202
    return issued


async def assert_is_as_after_the_report(desk: Desk, owner: Visitor, issued: dict[str, Any]) -> None:
    services = desk.app.state.services
    (key,) = await services.keys.gateway.keys.list(user_id=owner.user_id)
    assert isinstance(key, Key)
    assert (key.token_hash, key.key_alias) == (token_of(issued["key"]), issued["key_alias"])
    assert (key.max_budget, key.expires_at is not None) == (2.0, True)
    assert is_blocked_by(LEAKED, key, await services.keys.store.block_mark(issued["token"]))


FAULTS = {
    "refused before it begins": ("/key/update", {"error_rate": 1, "status": 400}, 422),
    "unknown whether it began": ("/key/update", {"error_rate": 1, "status": 500}, 502),
    "undone": ("/key/generate", {"error_rate": 1, "status": 500}, 502),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rotation_that_fails_leaves_the_key_blocked(
    desk: Desk, jane: Visitor, gateway: Gateway, control: SandboxControl, fault: str
) -> None:
    issued = await leaked(desk, jane, duration="30d", max_budget=2.0)
    path, how, status = FAULTS[fault]
    with control.fault(path, **how):
        assert (await jane.post(f"/keys/{issued['token']}/rotate")).status_code == status
    assert (await gateway.chat(issued["key"])).status == 401
    await desk.app.state.services.reconcile_intents.apply(IMMEDIATELY)
    await assert_is_as_after_the_report(desk, jane, issued)
    assert (await jane.post(f"/keys/{issued['token']}/rotate")).status_code == 200


@pytest.mark.parametrize(
    "fault", [{"outage": "hang"}, {"latency_seconds": 2}], ids=["new secret not made", "new secret made"]
)
async def test_a_rotation_that_stops_halfway_is_undone_and_the_key_stays_blocked(
    desk: Desk, jane: Visitor, gateway: Gateway, control: SandboxControl, fault: dict[str, Any]
) -> None:
    issued = await leaked(desk, jane, duration="30d", max_budget=2.0)
    with control.fault("/key/generate", **fault), anyio.move_on_after(1) as stopped:
        await jane.post(f"/keys/{issued['token']}/rotate")
    assert stopped.cancelled_caught
    await anyio.sleep(2)
    assert (await gateway.chat(issued["key"])).status == 401
    await desk.app.state.services.reconcile_intents.apply(IMMEDIATELY)
    assert (await gateway.chat(issued["key"])).status == 401
    await assert_is_as_after_the_report(desk, jane, issued)
    assert (await jane.post(f"/keys/{issued['token']}/rotate")).status_code == 200


@pytest.fixture
async def portal(desk: Desk, jane: Visitor) -> AsyncIterator[PortalVisitor]:
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(jane.user_id)
        yield visitor


async def test_the_page_of_a_leaked_key_offers_a_rotation(
    desk: Desk, jane: Visitor, portal: PortalVisitor
) -> None:
    issued = await leaked(desk, jane)
    here = f"/keys/{issued['token']}"
    page = (await portal.get(here)).text
    assert "Rotate the key and use the new secret in your tools." in page
    assert page.count(f'href="{here}/rotate?next={here}"') == 1
    question = (await portal.get(f"{here}/rotate")).text
    assert '<input type="hidden" name="overlap" value="0s">' in question
    assert "<select" not in question.partition(f'action="{here}/rotate"')[2].partition("</form>")[0]
    fields = {"overlap": "0s", "form_mark": portal.cookie("keydesk_form") or ""}
    shown = await portal.post(f"{here}/rotate", at=f"{here}/rotate", **fields)
    assert shown.status_code == 200
    assert "The previous secret no longer works." in shown.text
    page = (await portal.get(here)).text
    assert "This key was leaked" not in page
    assert f'action="{here}/block"' in page


async def test_the_page_offers_no_rotation_that_would_be_refused(
    desk: Desk, jane: Visitor, portal: PortalVisitor, gateway: Gateway
) -> None:
    blocked, expired = await jane.issue(unique("blocked")), await leaked(desk, jane, duration="30d")
    await jane.post(f"/keys/{blocked['token']}/block")
    await gateway.post("/key/update", key=token_of(expired["key"]), duration="0s")
    await portal.sign_in(jane.user_id)
    for issued in (blocked, expired):
        page = (await portal.get(f"/keys/{issued['token']}")).text
        assert f"/keys/{issued['token']}/rotate" not in page
        assert (await jane.post(f"/keys/{issued['token']}/rotate")).status_code == 403
    assert "Create a new key and use it in your tools instead." in page


async def test_a_report_replaces_a_block_that_an_extension_would_lift(desk: Desk, jane: Visitor) -> None:
    services = desk.app.state.services
    issued = await jane.issue(unique("laptop"))
    key = await services.keys.find(jane.user_id, issued["token"])
    await block_for(services.keys.gateway, services.keys.store, key, BLOCKERS[Violation.IDLE])
    assert (await desk.stranger().post("/leaks", key=issued["key"])).status_code == 202
    refused = await jane.post(f"/keys/{issued['token']}/extend", duration="30d")
    assert refused.status_code == 403
    assert (await jane.key(issued["token"]))["blocked"]
