"""An HTTP client whose requests all have the same answer."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from keydesk.kit.http_client import HttpClient

Answering = Callable[[int, Any], HttpClient]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    """Return a client that gets this status and JSON from everybody."""
    clients: list[HttpClient] = []

    def client(status: int, json: Any) -> HttpClient:
        transport = httpx2.MockTransport(lambda _: httpx2.Response(status, json=json))
        clients.append(HttpClient(transport=transport))
        return clients[-1]

    yield client
    for each in clients:
        await each.aclose()
