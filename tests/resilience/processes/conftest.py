"""Two Keydesk processes with one database and one gateway, whose calls are counted."""

import json
import secrets
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.contract.conftest import gateway, make, upstream
from tests.contract.service.conftest import storage as storage_of_gateway
from tests.support.desk.configuring import SECRET
from tests.support.desk.desk import Visitor
from tests.support.desk.storage import Storage
from tests.support.peers.counting import CountingProxy
from tests.support.peers.keydesk import running_keydesk
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.making import Maker, Person, unique
from tests.support.upstream.serving import served

__all__ = ["gateway", "make", "storage_of_gateway", "upstream"]


@dataclass(frozen=True)
class TwoDesks:
    """The URLs of both processes, their calls to the gateway, and the people."""

    addresses: tuple[str, str]
    counts: Counter[str]
    people: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def two_desks(
    upstream: Upstream, storage_of_gateway: Storage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoDesks]:
    people = [unique("jane") for _ in range(8)]
    proxy = CountingProxy(upstream.url)
    with ExitStack() as stack:
        url = stack.enter_context(served(proxy.app))
        database = stack.enter_context(storage_of_gateway.new_database())
        config = tmp_path_factory.mktemp("processes") / "keydesk.yaml"
        config.write_text(configuration(url, upstream.master_key, database, people))
        yield TwoDesks(started_twice(stack, config), proxy.counts, people)


def configuration(url: str, master_key: str, database: str, people: list[str]) -> str:
    """Return the file's content. JSON is valid YAML."""
    return json.dumps(
        {
            "litellm": {"baseUrl": url, "masterKey": master_key, "keyGeneration": {"teamRequired": False}},
            "secret": SECRET,
            "database": {"url": database},
            "server": {"timeLimitSeconds": 60},
            "demo": {"enabled": True},
            "directory": {"people": [{"ref": name, "email": f"{name}@example.com"} for name in people]},
        }
    )


def started_twice(stack: ExitStack, config: Path) -> tuple[str, str]:
    """Start both in parallel, so that both migrate the database."""
    desks = [running_keydesk(config, port, {}) for port in free_ports(2)]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(stack.enter_context, desks)
    return first, second


def free_ports(number: int) -> list[int]:
    """Return free ports below the range for outgoing connections."""
    found: list[int] = []
    while len(found) < number:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


@pytest.fixture
async def desks(two_desks: TwoDesks) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """Yield a client of each process."""
    limits = httpx2.Limits(max_connections=50)
    clients = [
        httpx2.AsyncClient(base_url=address, timeout=60, trust_env=False, verify=CERTIFICATES, limits=limits)
        for address in two_desks.addresses
    ]
    yield clients
    for client in clients:
        await client.aclose()


@pytest.fixture
async def janes(two_desks: TwoDesks, desks: list[httpx2.AsyncClient], make: Maker) -> list[Visitor]:
    """Yield one new person at both processes, with one token."""
    name = two_desks.people.pop()
    make.user_ids.append(name)
    answer = await desks[0].post("/api/litellm/demo/sign-in", json={"person": name})
    person = Person(name, f"{name}@example.com")
    return [Visitor(client, person, answer.json()["token"]) for client in desks]
