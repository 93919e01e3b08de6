"""The check of GitHub's signatures with a fixed clock. No test needs LiteLLM."""

from collections.abc import AsyncIterator

import pytest

from keydesk.auth.jwks import KeyCache
from keydesk.leaks.github import github_key_cache
from tests.unit.auth.peers import StillClock
from tests.unit.leaks.github_stand_in import KEYS_URL, KeyList


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def github() -> KeyList:
    return KeyList()


@pytest.fixture
async def keys(github: KeyList, clock: StillClock) -> AsyncIterator[KeyCache]:
    http_client = github.http_client()
    cache = github_key_cache(http_client, KEYS_URL, clock)
    yield cache
    await cache.aclose()
    await http_client.aclose()
