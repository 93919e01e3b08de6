"""The gateways of the contract tests, and the people, teams and keys that the tests create there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx2
import pytest

from tests.support.upstream import reporting
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker, Person, VirtualKey, maker_on
from tests.support.upstream.real import real_upstream
from tests.support.upstream.sandbox import sandbox_at
from tests.support.upstream.since import expect_by_release
from tests.support.upstream.usage import Usage, make_usage


@pytest.fixture(scope="session", params=["sandbox", pytest.param("litellm", marks=pytest.mark.real_litellm)])
def upstream(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The gateway under test. Without a real one, the test is skipped, or fails if the run requires it."""
    with ExitStack() as stack:
        if request.param == "sandbox":
            found = stack.enter_context(sandbox_at(tmp_path_factory.mktemp("sandbox")))
        else:
            found = real_upstream()
        yield replace(found, version=_version_of(found))


def _version_of(upstream: Upstream) -> str:
    """Return the reported release. A gateway that does not report one is tested anyway, and fails test_health.py."""
    answer = httpx2.get(
        f"{upstream.url}/health/readiness/details",
        headers={"Authorization": f"Bearer {upstream.master_key}"},
        timeout=30,
        trust_env=False,
    )
    return str(answer.json()["litellm_version"]) if answer.status_code == 200 else "unknown"


@pytest.fixture(autouse=True)
def _named_in_the_report(request: pytest.FixtureRequest) -> None:
    if "upstream" in request.fixturenames:
        upstream = request.getfixturevalue("upstream")
        reporting.record(request, upstream)
        expect_by_release(request, upstream)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reporting.summarise(terminalreporter)


@pytest.fixture(scope="session")
async def gateway(upstream: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(upstream) as gateway:
        yield gateway


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Maker]:
    """Creates the objects of one test."""
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture(scope="module")
async def make_for_module(gateway: Gateway) -> AsyncIterator[Maker]:
    """Creates the objects that the tests of one module only read."""
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture(scope="session")
async def usage(gateway: Gateway) -> AsyncIterator[Usage]:
    """A day of usage that does not fit on a page. No test changes it."""
    async with maker_on(gateway) as maker:
        yield await make_usage(gateway, maker)


@pytest.fixture
async def alice(make: Maker) -> Person:
    """A person without limits, for tests of something else."""
    return await make.person()


@pytest.fixture
async def laptop_key(make: Maker, alice: Person) -> VirtualKey:
    """Alice's key without limits."""
    return await make.key(alice)
