"""`/mcp` offers the servers that a key's team may use, and Codex gets its list of models."""

import json
from typing import Any

import httpx2
import pytest

from tests.unit.sandbox.bench import MASTER, Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
async def wiki(bench: Bench) -> None:
    """A registered server that the team `red` may use, and the team `blue` may not."""
    await bench.call(
        "POST",
        "/v1/mcp/server",
        json={"server_id": "s1", "server_name": "wiki", "url": "http://127.0.0.1:9/mcp"},
    )
    await bench.post("/team/new", team_id="red", object_permission={"mcp_servers": ["s1"]})
    await bench.post("/team/new", team_id="blue")


async def say(bench: Bench, key: str, method: str, **params: Any) -> httpx2.Response:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return await bench.call("POST", "/mcp", key, json=message)


def told(answer: httpx2.Response) -> Any:
    assert answer.headers["content-type"].startswith("text/event-stream")
    name, _, data = answer.text.strip().partition("\n")
    assert name == "event: message"
    return json.loads(data.removeprefix("data: "))


@pytest.mark.usefixtures("wiki")
async def test_a_key_of_a_team_uses_the_tool_of_its_server(bench: Bench) -> None:
    key = await bench.key(team_id="red", key_type="llm_api")
    begun = told(await say(bench, key, "initialize", protocolVersion="2025-03-26"))["result"]
    assert begun["protocolVersion"] == "2025-03-26"
    (tool,) = told(await say(bench, key, "tools/list"))["result"]["tools"]
    assert tool["name"] == "wiki-search"
    called = told(await say(bench, key, "tools/call", name=tool["name"], arguments={"query": "tea"}))[
        "result"
    ]
    assert (called["isError"], "tea" in called["content"][0]["text"]) == (False, True)


@pytest.mark.usefixtures("wiki")
async def test_a_key_without_a_grant_has_no_servers(bench: Bench) -> None:
    for key in (await bench.key(), await bench.key(team_id="blue")):
        refused = await say(bench, key, "initialize")
        assert refused.status_code == 403
        assert refused.json()["detail"]["error"].startswith("The key has no MCP servers granted")
        assert told(await say(bench, key, "tools/list"))["result"] == {"tools": []}
        called = told(await say(bench, key, "tools/call", name="wiki-search"))["result"]
        assert called["isError"]


@pytest.mark.usefixtures("wiki")
async def test_the_master_key_has_every_server(bench: Bench) -> None:
    assert len(told(await say(bench, MASTER, "tools/list"))["result"]["tools"]) == 1


async def test_a_notification_gets_no_response(bench: Bench) -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = await bench.call("POST", "/mcp", json=message)
    assert (answer.status_code, answer.text) == (202, "")


async def test_an_unknown_method_is_an_error_and_a_ping_is_not(bench: Bench) -> None:
    assert told(await say(bench, MASTER, "nothing/list"))["error"]["code"] == -32601
    assert told(await say(bench, MASTER, "ping"))["result"] == {}


async def test_there_is_no_event_stream(bench: Bench) -> None:
    assert (await bench.call("GET", "/mcp")).status_code == 405


async def test_an_unknown_key_is_refused(bench: Bench) -> None:
    assert (await say(bench, "sk-nobody", "initialize")).status_code == 401


async def test_codex_gets_its_own_list_of_chat_models(bench: Bench) -> None:
    listed = await bench.get("/v1/models", client_version="0.171.0")
    assert "gpt-4o-mini" in [model["slug"] for model in listed["models"]]
    assert "text-embedding-3-small" not in [model["slug"] for model in listed["models"]]
