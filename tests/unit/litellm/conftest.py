"""Fixtures of all tests of the LiteLLM client: an event loop, and retries without delay."""

from collections.abc import Iterator

import pytest
import stamina

from tests.unit.litellm.gateway import GatewayStandIn


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def litellm() -> GatewayStandIn:
    return GatewayStandIn()
