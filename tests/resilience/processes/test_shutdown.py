"""On shutdown, Keydesk finishes accepted requests and leaves no incomplete change."""

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

pytestmark = [pytest.mark.anyio, pytest.mark.long]

CROWD = 8
LATE = 0.5
"""The delay of the sandbox's responses in seconds, so that a request is always in progress."""
STOPPED = {0, -15}
"""A normal exit, or the signal after all requests finished. systemd treats both as clean."""


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
    """Create one key after another. Every response must be a key."""
    while True:
        try:
            issued = await jane.issue(unique("laptop"))
        except httpx2.TransportError:
            return
        given.add(issued["token"])


def changes_on_record(office: Office) -> tuple[set[str], set[str]]:
    """Return the changes with an intent, and those with an outcome."""
    _, printed = office.keydesk("audit", "export")
    entries = [json.loads(line) for line in printed.splitlines()]
    begun, ended = (
        {entry["change_id"] for entry in entries if entry["kind"] == kind} for kind in ("intent", "outcome")
    )
    return begun, ended


async def test_accepted_requests_are_finished_and_no_key_is_lost(
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


async def test_shutdown_waits_for_a_long_read(office: Office, control: SandboxControl) -> None:
    """The first read of usage can take longer than any other request."""
    async with office.running() as desk:
        jane = await desk.arrives("jane")
        await jane.read("/user/info")
        with control.fault("/user/daily", latency_seconds=4.0):
            control.forget()
            reading = asyncio.create_task(jane.get("/usage"))

            async def arrived() -> bool:
                return any("daily" in call for call in control.calls())

            await eventually(arrived, bool)
            desk.process.terminate()
            answer = await reading
        assert answer.status_code == 200, answer.text
        assert await asyncio.to_thread(desk.process.wait, 30) in STOPPED
