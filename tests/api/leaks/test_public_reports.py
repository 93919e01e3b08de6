"""POST /leaks: limits, failures and mistakes tell nothing about the key."""

import time
from datetime import timedelta
from typing import Any

import anyio
import pytest
import stamina

from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
UNKNOWN = "sk-" + "u" * 22
_A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": ""},
        {"key": None},
        {"key": 1},
        {"key": "sk-" + "x" * 500},
        {"key": UNKNOWN, "found_at": "x" * 2001},
        {"key": UNKNOWN, "found_at": 1},
        {"key": UNKNOWN, UNKNOWN: "as a name"},
        {"key": [UNKNOWN]},
        [UNKNOWN],
    ],
    ids=lambda body: str(body)[:40],
)
async def test_a_mistake_is_explained_without_the_key(desk: Desk, body: Any) -> None:
    answer = await desk.stranger().call("POST", "/leaks", json=body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:keydesk:problem:invalid-request"
    assert UNKNOWN not in answer.text


async def test_a_report_needs_no_credential_and_uses_none(desk: Desk, as_person: SignIn) -> None:
    jane = await as_person("jane")
    assert (await jane.post("/leaks", key=UNKNOWN)).status_code == 202
    junk = await desk.stranger("junk").post("/leaks", key=UNKNOWN)
    assert junk.status_code == 202


async def test_an_address_can_send_so_many_reports(desk_with: OpenDesk, control: SandboxControl) -> None:
    async with desk_with(leaks={"per_address_per_minute": 3}) as desk:
        stranger = desk.stranger()
        assert [(await stranger.post("/leaks", key=UNKNOWN)).status_code for _ in range(3)] == [202] * 3
        control.forget()
        answer = await stranger.post("/leaks", key=UNKNOWN)
        assert_problem(answer, 429, "too-many-requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert control.calls() == []


async def test_all_addresses_together_can_send_so_many_reports(desk_with: OpenDesk) -> None:
    limits = {"proxies": ["0.0.0.0/0"]}
    async with desk_with(leaks={"per_minute": 3}, limits=limits) as desk:
        statuses = [
            (
                await desk.stranger().call(
                    "POST", "/leaks", json={"key": UNKNOWN}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
                )
            ).status_code
            for number in range(4)
        ]
    assert statuses == [202, 202, 202, 429]


async def test_public_reports_can_be_turned_off(desk_with: OpenDesk, control: SandboxControl) -> None:
    async with desk_with(leaks={"public": False}) as desk:
        control.forget()
        assert_problem(await desk.stranger().post("/leaks", key=UNKNOWN), 404, "not-found")
        assert control.calls() == []


async def test_an_outage_looks_the_same_for_every_key(
    desk: Desk, as_person: SignIn, control: SandboxControl
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    with stamina.set_testing(True, attempts=1), control.fault("/key/info", error_rate=1, status=500):
        answers = [await desk.stranger().post("/leaks", key=key) for key in (issued["key"], UNKNOWN)]
    for answer in answers:
        assert_problem(answer, 502, "upstream-refused")


async def test_a_failed_block_is_not_visible_and_is_completed_by_reconciliation(
    desk: Desk, as_person: SignIn, control: SandboxControl, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    with stamina.set_testing(True, attempts=1), control.fault("/key/block", error_rate=1, status=500):
        assert (await desk.stranger().post("/leaks", key=issued["key"])).status_code == 202
    assert (await gateway.chat(issued["key"])).status == 200
    await desk.app.state.services.reconcile_intents.apply(-_A_SECOND)
    assert (await gateway.chat(issued["key"])).status == 401
    answer = await jane.post(f"/keys/{issued['token']}/unblock")
    assert "leaked" in assert_problem(answer, 403, "policy-refused")["error"]


async def test_a_response_takes_at_least_the_configured_time(desk_with: OpenDesk) -> None:
    async with desk_with(leaks={"response_seconds": 0.5}) as desk:
        began_at = time.monotonic()
        await desk.stranger().post("/leaks", key=UNKNOWN)
        assert time.monotonic() - began_at >= 0.5


async def test_waiting_reports_do_not_keep_people_from_changing_keys(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    """A report waits longer here than a change waits for its turn."""
    limits = {"concurrent_changes": 2}
    async with desk_with(leaks={"response_seconds": 4.0}, limits=limits) as desk:
        jane = desk.welcome(await as_person("jane"))
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(lambda: desk.stranger().post("/leaks", key=UNKNOWN))
            await anyio.sleep(0.2)
            await jane.issue(unique("laptop"))
            tasks.cancel_scope.cancel()


async def test_the_master_key_is_recorded_but_not_blocked(desk: Desk, gateway: Gateway) -> None:
    answer = await desk.stranger().post("/leaks", key=gateway.upstream.master_key)
    assert answer.json() == {"received": True}
    assert (await gateway.get("/key/list")).status == 200
