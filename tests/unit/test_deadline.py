"""All waits of one request share its deadline: LiteLLM, other peers, and leases with another holder."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from keydesk.kit.deadline import detached_task, limited_to, remaining
from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError
from keydesk.kit.problems import UpstreamBusy
from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig, TimedOut
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.leases import Leases
from keydesk.storage.migrate import migrate

pytestmark = pytest.mark.anyio


class Silent(httpx2.AsyncBaseTransport):
    """Accepts every request and never responds."""

    calls = 0

    async def handle_async_request(self, _: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        await anyio.sleep_forever()
        raise AssertionError


@pytest.fixture
async def leases(tmp_path: Path) -> AsyncIterator[Leases]:
    database = Database(DatabaseSettings(url=SecretStr(f"sqlite:///{tmp_path / 'keydesk.db'}")))
    await migrate(database)
    yield Leases(database)
    await database.close()


def test_requests_without_a_limit_use_the_timeout_of_each_call() -> None:
    assert remaining(5.0) == 5.0
    with limited_to(1.0):
        assert 0 < remaining(5.0) <= 1.0
        assert remaining(0.1) == 0.1
        with limited_to(None):
            assert remaining(5.0) == 5.0
    assert remaining(5.0) == 5.0


async def test_litellm_is_not_called_after_the_deadline() -> None:
    silent = Silent()
    config = LiteLLMConfig(base_url="http://litellm", master_key=SecretStr("sk-1"))
    async with LiteLLM(config, silent, Hooks(time_limit=remaining)) as gateway:
        with limited_to(0.05), pytest.raises(TimedOut):
            await gateway.models.list()
        assert silent.calls == 1, "one attempt used up all of the time"
        with limited_to(0.0), pytest.raises(TimedOut) as refused:
            await gateway.models.list()
        assert refused.value.nothing_sent
    assert silent.calls == 1


async def test_other_peers_have_no_more_time_than_the_request() -> None:
    http_client = HttpClient(timeout_seconds=60, transport=Silent())
    with limited_to(0.05), pytest.raises(HttpClientError) as failed:
        await http_client.get("http://issuer")
    assert failed.value.kind == FailureKind.TIMED_OUT
    await http_client.aclose()


async def test_a_wait_for_a_lease_ends_with_the_deadline_of_the_request(leases: Leases) -> None:
    async with leases.hold("laptop"):
        with limited_to(0.05), pytest.raises(UpstreamBusy):
            async with leases.hold("laptop"):
                raise AssertionError("somebody else holds it")
    async with leases.hold("laptop"):
        pass


async def test_shared_work_is_not_limited_by_the_request_that_started_it() -> None:
    async def left() -> float:
        return remaining(60.0)

    with limited_to(0.0):
        assert await left() == 0.0
        assert await detached_task(left()) == 60.0
