"""`keydesk mcp` is a process that an agent starts. The official client of the protocol talks to it."""

import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from keydesk.app import API, create_app
from keydesk.client.profiles import Home, Profile
from keydesk.client.token_store import FILE, FileStore
from keydesk.client.tokens import Tokens
from tests.api.agents.conftest import refused, told
from tests.api.matrix.callers import REQUESTS
from tests.support.desk.configuring import Surroundings
from tests.support.upstream.making import unique
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.long]


@pytest.fixture
def address(surroundings: Surroundings, tmp_path: Path) -> Iterator[str]:
    database = {"url": f"sqlite:///{tmp_path / 'keydesk.db'}"}
    settings = surroundings.settings(database=database, requests=REQUESTS)
    with served(create_app(settings)) as found:
        yield found


@pytest.fixture
def jane(address: str, surroundings: Surroundings) -> Iterator[httpx2.Client]:
    person = surroundings.troupe.next_scene().user_id("jane")
    with httpx2.Client(base_url=f"{address}{API}", trust_env=False, timeout=60) as http:
        token = http.post("/demo/sign-in", json={"person": person}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def signed_in(folder: Path, address: str, jane: httpx2.Client) -> None:
    """Store a sign-in of Jane on this machine."""
    home = Home(folder / "keydesk")
    token = jane.headers["Authorization"].removeprefix("Bearer ")
    FileStore(home.tokens_file("default")).save(Tokens(token, "none", time.time() + 3600, "jane"))
    home.save(Profile("default", address, "jane", FILE))


@asynccontextmanager
async def agent(folder: Path, *options: str) -> AsyncIterator[Client]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH"}}
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "keydesk", "mcp", *options],
        env={**kept, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
    )
    async with Client(stdio_client(started)) as client:
        yield client


async def test_an_agent_reads_with_the_sign_in_of_the_machine(
    address: str, jane: httpx2.Client, tmp_path: Path
) -> None:
    async with agent(tmp_path) as client:
        assert "keydesk login" in await refused(client, "my_keys")
        signed_in(tmp_path, address, jane)
        issued = jane.post("/keys/generate", json={"alias": unique("laptop"), "max_budget": 5.0}).json()
        (key,) = (await told(client, "my_keys"))["keys"]
        assert key["id"] == issued["token"]
        assert "block_key" not in [tool.name for tool in (await client.list_tools()).tools]


async def test_an_agent_changes_only_what_the_person_allows(
    address: str, jane: httpx2.Client, tmp_path: Path
) -> None:
    signed_in(tmp_path, address, jane)
    issued: dict[str, Any] = jane.post(
        "/keys/generate", json={"alias": unique("laptop"), "max_budget": 5.0}
    ).json()
    async with agent(tmp_path, "--allow-changes") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        hints = [tools[name].annotations for name in ("block_key", "request_budget")]
        assert all(hint and hint.read_only_hint is False for hint in hints)
        assert await told(client, "block_key", key=issued["key_alias"]) == {"blocked": issued["token"]}
        assert "You have no key" in await refused(client, "block_key", key="key_of_another_person")
        asked = await told(client, "request_budget", max_budget=900.0, reason="A project")
        assert (asked["kind"], asked["state"]) == ("account_budget", "pending")
        assert "max_budget" in await refused(client, "request_budget", max_budget=-1, reason="A project")
    (key,) = jane.get("/keys").json()
    assert key["blocked"] is True
