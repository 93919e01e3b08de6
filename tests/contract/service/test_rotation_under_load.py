"""A client that calls every 50 ms through a rotation sees no failed call, and its spend is counted once.

It sends each call on time, whether or not earlier ones have been answered. With KEYDESK_ROTATION_OVERLAP, such as `5s`,
it uses the new secret from the middle of the remaining overlap on, and the test waits for the end. Without it, the
overlap is too long for a busy machine to miss, and the test ends it.
"""

import math
import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import pytest
from anyio.abc import TaskGroup

from tests.contract.service.test_rotating_keys import short_chat
from tests.support.desk.desk import SignIn, Visitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]
EVERY_SECONDS = 0.05
OVERLAP = os.environ.get("KEYDESK_ROTATION_OVERLAP")
LONGEST_SECONDS = 2.0
"""How long it calls during an overlap that the test ends."""
BUDGET_CALLS, MOST_REFUSED = 60, 40
"""LiteLLM also refuses calls while others could use up the budget, so a client goes on after the first refusal."""
AROUND_SECONDS = 1.0
"""How long it calls before the rotation, and after the overlap."""


@dataclass
class Client:
    """Calls a model with the secret that it has. Calls that wait for an answer overlap."""

    gateway: Gateway
    secret: str = field(repr=False)
    statuses: list[int] = field(default_factory=list)
    cost_usd: float = 0.0
    waiting: int = 0
    most_waiting: int = 0
    slowest_seconds: float = 0.0
    most_refused: float = math.inf
    stopped: anyio.Event = field(default_factory=anyio.Event)

    async def run(self, group: TaskGroup) -> None:
        due_at = anyio.current_time()
        while not self.stopped.is_set():
            group.start_soon(self._call, self.secret)
            due_at += EVERY_SECONDS
            await anyio.sleep_until(due_at)

    async def accepted(self, secret: str) -> bool:
        """Make one call, and return whether LiteLLM accepted the secret."""
        answer = await short_chat(self.gateway, secret)
        self.cost_usd += float(answer.headers.get("x-litellm-response-cost", 0.0))
        return answer.status == 200

    async def _call(self, secret: str) -> None:
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        began_at = anyio.current_time()
        answer = await short_chat(self.gateway, secret)
        self.slowest_seconds = max(self.slowest_seconds, anyio.current_time() - began_at)
        self.waiting -= 1
        self.statuses.append(answer.status)
        if sum(status != 200 for status in self.statuses) >= self.most_refused:
            self.stopped.set()
        self.cost_usd += float(answer.headers.get("x-litellm-response-cost", 0.0))


async def test_no_call_fails_and_all_spend_is_counted(
    as_person: SignIn, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    client = Client(gateway, issued["key"])
    ends_at = await _rotated_while_calling(jane, issued["token"], client)
    assert set(client.statuses) == {200}
    refused_after = await _refused_after(jane, client, issued, ends_at)
    assert await client.accepted(client.secret)

    async def spend() -> float:
        return float((await jane.key(issued["token"]))["spend"])

    counted = await eventually(spend, lambda usd: usd >= client.cost_usd * 0.999)
    assert counted == pytest.approx(client.cost_usd)
    account = await gateway.get("/v2/user/info", user_id=jane.user_id)
    assert account.body["spend"] == pytest.approx(client.cost_usd)
    waited = f"at most {client.most_waiting} waiting, {client.slowest_seconds:.1f} s at most"
    spent = f"{client.cost_usd:.6f} USD by the answers, {counted:.6f} in Keydesk"
    _print(
        capsys,
        f"{len(client.statuses)} calls, {waited}, none failed; previous secret refused {refused_after:.1f} s after "
        f"its end; spend {spent}, {account.body['spend']:.6f} in LiteLLM",
    )


async def test_both_secrets_called_at_the_same_time_stop_at_the_budget(
    as_person: SignIn, gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calls that are being answered when the budget is used up are spent in addition."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    first = Client(gateway, issued["key"], most_refused=MOST_REFUSED)
    assert await first.accepted(first.secret)
    budget = BUDGET_CALLS * first.cost_usd
    await jane.post(f"/keys/{issued['token']}/update", max_budget=budget)
    rotated = await jane.post(f"/keys/{issued['token']}/rotate", overlap="1h")
    clients = [first, Client(gateway, rotated.json()["key"], most_refused=MOST_REFUSED)]
    async with anyio.create_task_group() as group:
        for client in clients:
            group.start_soon(client.run, group)

    async def spend() -> float:
        return float((await jane.key(issued["token"]))["spend"])

    made = sum(client.cost_usd for client in clients)
    counted = await eventually(spend, lambda usd: usd >= made * 0.999)
    assert 0 < counted < 2 * budget
    waiting = sum(client.most_waiting for client in clients)
    _print(
        capsys,
        f"budget of {BUDGET_CALLS} calls: {counted / budget * BUDGET_CALLS:.1f} were spent with two secrets at the "
        f"same time, with at most {waiting} waiting",
    )


def _print(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")


async def _rotated_while_calling(jane: Visitor, key_id: str, client: Client) -> datetime:
    """Rotate while the client calls, and give it the new secret. Return when the previous secret ends."""
    async with anyio.create_task_group() as group:
        group.start_soon(client.run, group)
        await anyio.sleep(AROUND_SECONDS)
        answer = await jane.post(f"/keys/{key_id}/rotate", overlap=OVERLAP or "1h")
        assert answer.status_code == 200, answer.text
        ends_at = datetime.fromisoformat(answer.json()["previous_secret_expires_at"])
        left = _seconds_until(ends_at) if OVERLAP else LONGEST_SECONDS
        await anyio.sleep(left / 2)
        client.secret = answer.json()["key"]
        await anyio.sleep(left / 2 + AROUND_SECONDS)
        client.stopped.set()
    return ends_at


async def _refused_after(jane: Visitor, client: Client, issued: dict[str, str], ends_at: datetime) -> float:
    """Return how many seconds after its end LiteLLM refused the previous secret at the latest."""
    if OVERLAP is None:
        assert (await jane.post(f"/keys/{issued['token']}/end_previous_secret")).status_code == 200
        ends_at = datetime.now(UTC)
    await anyio.sleep(_seconds_until(ends_at))
    await eventually(lambda: client.accepted(issued["key"]), lambda accepted: not accepted)
    return (datetime.now(UTC) - ends_at).total_seconds()


def _seconds_until(moment: datetime) -> float:
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
