"""Parallel first visits of many people create exactly one correct account for each person, and no key."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx2
import pytest

from keydesk.settings.loading import load_settings
from tests.resilience.crowds.configuring import crowd_settings
from tests.resilience.crowds.crowd import FIGURES, all_arrive, newcomers
from tests.resilience.processes.conftest import free_ports, started_twice
from tests.support.desk.desk import open_desk
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.desk.storage import storage_named
from tests.support.peers.backstage import Backstage
from tests.support.peers.litellm import recorded_litellm
from tests.support.peers.sandbox import running_sandbox
from tests.support.peers.server import running_server
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES

pytestmark = [pytest.mark.anyio, pytest.mark.long]
THOUSAND = 1_000


async def test_fifty_people_at_two_desks_on_sqlite(backstage: Backstage, tmp_path: Path) -> None:
    people = newcomers(backstage, 50)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_server())
        litellm = await stack.enter_async_context(recorded_litellm(server))
        settings = load_settings(
            None, **crowd_settings(litellm.upstream, backstage, f"sqlite:///{tmp_path / 'keydesk.db'}")
        )
        desks = [await stack.enter_async_context(open_desk(settings)) for _ in range(2)]
        await all_arrive(people, [desk.http for desk in desks], at_a_time=10)
        jobs = [desk.app.state.services.resync_accounts for desk in desks]

        assert sorted(litellm.new_accounts) == sorted(person.name for person in people)
        assert set(litellm.changes) == {"POST /user/new"}
        assert await minted_keys(litellm.upstream) == 0
        for plan in [await job.plan() for job in jobs]:
            assert (plan.accounts, plan.unknown, plan.differences) == (50, 0, [])


@pytest.fixture
def postgres_url(tmp_path: Path) -> Iterator[str]:
    with storage_named("postgres", tmp_path) as storage, storage.new_database() as url:
        yield url


@pytest.fixture
def sandbox() -> Iterator[Upstream]:
    with running_sandbox(free_ports(1)[0]) as upstream:
        yield upstream


@pytest.fixture
async def two_replicas(
    sandbox: Upstream, backstage: Backstage, postgres_url: str, tmp_path: Path
) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """Start two `keydesk serve` processes with one database."""
    config = tmp_path / "keydesk.yaml"
    config.write_text(json.dumps(crowd_settings(sandbox, backstage, postgres_url)))
    limits = httpx2.Limits(max_connections=200)
    async with AsyncExitStack() as clients:
        with ExitStack() as processes:
            yield [
                await clients.enter_async_context(
                    httpx2.AsyncClient(
                        base_url=address, timeout=60, trust_env=False, verify=CERTIFICATES, limits=limits
                    )
                )
                for address in started_twice(processes, config)
            ]


@pytest.mark.real_postgres
async def test_a_thousand_people_at_two_replicas_on_postgresql(
    two_replicas: list[httpx2.AsyncClient],
    backstage: Backstage,
    sandbox: Upstream,
    record_property: Callable[[str, object], None],
) -> None:
    people = newcomers(backstage, THOUSAND)
    with sandbox_control(sandbox.url, sandbox.master_key) as http:
        control = SandboxControl(http)
        control.forget()
        figures = await all_arrive(people, two_replicas, at_a_time=40)
        writes = control.writes()

    record_property(FIGURES, f"two replicas on PostgreSQL: {figures}")
    assert writes == ["POST /user/new"] * THOUSAND
    assert await minted_keys(sandbox) == 0


async def minted_keys(upstream: Upstream) -> int:
    async with httpx2.AsyncClient(base_url=upstream.url, trust_env=False, verify=CERTIFICATES) as http:
        headers = {"Authorization": f"Bearer {upstream.master_key}"}
        answer = (await http.get("/key/list", headers=headers)).raise_for_status()
    return int(answer.json()["total_count"])
