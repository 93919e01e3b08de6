"""`GET /v1/mcp/server`, which Keydesk reads. The tests use the other routes only to register a server."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:9/mcp"


@pytest.fixture
async def wiki(gateway: Gateway) -> AsyncIterator[dict[str, Any]]:
    """A registered MCP server, with a name that LiteLLM accepts."""
    name = f"wiki_{uuid.uuid4().hex[:12]}"
    answer = await gateway.post(
        "/v1/mcp/server", server_id=unique("wiki"), server_name=name, alias=name, url=URL, transport="http"
    )
    assert answer.status == 201, answer
    server: dict[str, Any] = answer.body
    yield server
    await gateway.call("DELETE", f"/v1/mcp/server/{server['server_id']}")


async def test_servers_are_listed_as_a_bare_array(gateway: Gateway, wiki: dict[str, Any]) -> None:
    answer = await gateway.get("/v1/mcp/server")
    assert answer.status == 200
    (found,) = (server for server in answer.body if server["server_id"] == wiki["server_id"])
    shown = ("server_id", "server_name", "alias", "url", "transport")
    assert {name: found[name] for name in shown} == {name: wiki[name] for name in shown}


async def test_an_id_must_be_unique(gateway: Gateway, wiki: dict[str, Any]) -> None:
    answer = await gateway.post(
        "/v1/mcp/server", server_id=wiki["server_id"], server_name="other", url=URL, transport="http"
    )
    assert answer.status == 400
    assert answer.detail == {
        "error": f"MCP Server with id {wiki['server_id']} already exists. Cannot create another."
    }


async def test_a_server_is_read_by_id(gateway: Gateway, wiki: dict[str, Any]) -> None:
    answer = await gateway.get(f"/v1/mcp/server/{wiki['server_id']}")
    assert (answer.status, answer.body["url"]) == (200, URL)


async def test_an_unknown_server_is_404(gateway: Gateway) -> None:
    nothing = unique("nothing")
    answer = await gateway.get(f"/v1/mcp/server/{nothing}")
    assert (answer.status, answer.detail) == (404, {"error": f"MCP Server with id {nothing} not found"})


async def test_a_deleted_server_is_not_listed(gateway: Gateway, wiki: dict[str, Any]) -> None:
    answer = await gateway.call("DELETE", f"/v1/mcp/server/{wiki['server_id']}")
    assert answer.status == 202
    servers = (await gateway.get("/v1/mcp/server")).body
    assert wiki["server_id"] not in {server["server_id"] for server in servers}
    again = await gateway.call("DELETE", f"/v1/mcp/server/{wiki['server_id']}")
    assert again.status == 404
