"""A key desk that is told to stop while people are at it: who was let in is answered, and nothing is left half done."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from tests.support.desk.desk import Visitor
from tests.support.desk.office import Office, office_of
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import unique
from tests.support.upstream.sandbox import sandbox_at

pytestmark = pytest.mark.anyio

CROWD = 8
LATE = 0.5
"""Seconds an answer of the sandbox is held back, so that there always is something under way."""
STOPPED = {0, -15}
"""Ended by itself, or by the signal that it was sent once all was done: both are a clean end to systemd."""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Upstream]:
    with sandbox_at(tmp_path) as found:
        yield found


@pytest.fixture
def control(sandbox: Upstream) -> Iterator[SandboxControl]:
    with closing(sandbox_control(sandbox.url, sandbox.master_key)) as http:
        yield SandboxControl(http)


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as found:
        yield found


@pytest.fixture
def office(sandbox: Upstream, empty_database: str, tmp_path: Path) -> Office:
    return office_of(sandbox, empty_database, tmp_path)


async def issue_until_nobody_answers(jane: Visitor, given: set[str]) -> None:
    """One key after the other. Every answer there is must be a key."""
    while True:
        try:
            issued = await jane.issue(unique("laptop"))
        except httpx2.TransportError:
            return
        given.add(issued["token"])


def changes_on_record(office: Office) -> tuple[set[str], set[str]]:
    """Those that were begun, and those of which is known how they ended."""
    _, printed = office.keydesk("audit", "export")
    entries = [json.loads(line) for line in printed.splitlines()]
    begun, ended = (
        {entry["change_id"] for entry in entries if entry["kind"] == kind} for kind in ("intent", "outcome")
    )
    return begun, ended


async def test_who_is_let_in_is_answered_and_no_key_is_lost(
    office: Office, control: SandboxControl, gateway: Gateway
) -> None:
    given: set[str] = set()

    async def number_given() -> int:
        return len(given)

    async with office.running() as desk:
        jane = await desk.arrives("jane")
        await jane.read("/user/info")
        with control.fault("/key/generate", latency_seconds=LATE):
            crowd = [asyncio.create_task(issue_until_nobody_answers(jane, given)) for _ in range(CROWD)]
            await eventually(number_given, lambda number: number >= CROWD)
            before = len(given)
            desk.process.terminate()
            await asyncio.gather(*crowd)
        assert await asyncio.to_thread(desk.process.wait, 30) in STOPPED
    assert len(given) > before, "nothing was under way"
    made = (await gateway.get("/key/list", user_id="jane", size=100)).body["total_count"]
    assert made == len(given)
    begun, ended = changes_on_record(office)
    assert begun == ended
    assert office.ends("audit", "verify", saying="unbroken") == 0


async def test_a_long_read_is_waited_for(office: Office, control: SandboxControl) -> None:
    """Usage that was never read may take longer than anything else."""
    async with office.running() as desk:
        jane = await desk.arrives("jane")
        await jane.read("/user/info")
        with control.fault("/user/daily", latency_seconds=4.0):
            control.forget()
            reading = asyncio.create_task(jane.get("/usage"))

            async def asked() -> bool:
                return any("daily" in call for call in control.calls())

            await eventually(asked, bool)
            desk.process.terminate()
            answer = await reading
        assert answer.status_code == 200, answer.text
        assert await asyncio.to_thread(desk.process.wait, 30) in STOPPED
