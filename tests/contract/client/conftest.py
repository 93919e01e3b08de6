"""Keydesk's client, connected to each gateway of the contract."""

from collections.abc import AsyncIterator

import pytest

from keydesk.litellm import LiteLLM
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect


@pytest.fixture(scope="session")
async def client(upstream: Upstream) -> AsyncIterator[LiteLLM]:
    async with connect(upstream) as client:
        yield client
