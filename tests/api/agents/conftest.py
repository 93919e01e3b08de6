"""The official MCP client, which talks to /mcp as a person."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from tests.support.desk.desk import ADDRESS, Desk, Visitor

Agent = Callable[..., AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def agent_of(desk: Desk, token: str | None, **options: Any) -> AsyncIterator[Client]:
    """A client that sends this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx2.ASGITransport(desk.app)
    async with (
        httpx2.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as http,
        Client(streamable_http_client(f"{ADDRESS}/mcp", http_client=http), **options) as client,
    ):
        yield client


@pytest.fixture
def agent(desk: Desk) -> Agent:
    def for_person(person: Visitor, **options: Any) -> AbstractAsyncContextManager[Client]:
        return agent_of(desk, person.token, **options)

    return for_person


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return the answer of a tool."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    answer: dict[str, Any] = result.structured_content
    return answer


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Return the text of a tool that failed."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text
