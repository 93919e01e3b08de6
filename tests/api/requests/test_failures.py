"""LiteLLM fails while a budget changes: a larger budget never stays without an end."""

import pytest

from keydesk.audit.policy import Filter
from keydesk.jobs.reconcile_intents import ABANDONED_AFTER
from keydesk.litellm import UserChanges
from tests.api.requests.conftest import RequestDesk
from tests.support.desk.ageing import open_since
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio


async def stored_grant(office: RequestDesk) -> object:
    store = office.desk.app.state.services.requests.grants.store
    return await store.find(f"account_budget:{office.jane.user_id}")


async def test_a_refused_change_leaves_nothing(office: RequestDesk, control: SandboxControl) -> None:
    request = await office.asked()
    with control.fault("/user/update", error_rate=1, status=400):
        assert (await office.approve(request)).status_code >= 400
    assert await stored_grant(office) is None
    assert (await office.jane.read(f"/requests/{request['id']}"))["state"] == "pending"
    assert (await office.approve(request)).status_code == 200


async def test_a_change_whose_response_was_lost_ends_too(
    office: RequestDesk, control: SandboxControl
) -> None:
    request = await office.asked()
    with control.fault("/user/update", error_rate=1, status=500):
        assert (await office.approve(request)).status_code >= 500
    # LiteLLM made the change, but Keydesk did not learn of it.
    gateway = office.desk.app.state.services.accounts.gateway
    await gateway.users.update(office.jane.user_id, UserChanges(max_budget=60.0))
    await office.settle_tomorrow()
    assert await office.budget() == 25.0
    assert await stored_grant(office) is None


async def test_an_approval_can_be_repeated_after_a_lost_response(
    office: RequestDesk, control: SandboxControl
) -> None:
    request = await office.asked()
    with control.fault("/user/update", error_rate=1, status=500):
        assert (await office.approve(request)).status_code >= 500
    gateway = office.desk.app.state.services.accounts.gateway
    await gateway.users.update(office.jane.user_id, UserChanges(max_budget=60.0))
    answer = await office.approve(request)
    assert answer.json()["state"] == "granted"
    await office.settle_tomorrow()
    assert await office.budget() == 25.0


async def test_the_end_of_a_grant_waits_for_litellm(office: RequestDesk, control: SandboxControl) -> None:
    request = await office.asked()
    await office.approve(request)
    with control.fault("/user/update", error_rate=1, status=500):
        await office.settle_tomorrow()
    assert await stored_grant(office) is not None
    await office.settle_tomorrow()
    assert await office.budget() == 25.0


async def test_reconciliation_finds_that_an_approval_was_not_made(
    office: RequestDesk, control: SandboxControl
) -> None:
    request = await office.asked()
    with control.fault("/user/update", error_rate=1, status=500):
        await office.approve(request)
    services = office.desk.app.state.services
    await open_since(office.desk, ABANDONED_AFTER)
    await services.reconcile_intents.apply()
    found = await services.audit_reader.page(Filter(object_id=request["id"], action="approved"), 1, 5)
    assert [entry.outcome for entry in found.audit_logs] == ["failed"]
