"""A fault proxy in front of a sandbox, and Keydesk with every feature behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.resilience.fault.figures import summary
from tests.resilience.fault.proxy import Connect, FaultProxy, fault_proxy
from tests.support.desk.full import FullDesk, full_desk, full_settings
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.sandbox import sandbox_at

OpenFullDesk = Callable[..., AbstractAsyncContextManager[FullDesk]]


def to(url: str) -> Connect:
    """Return a function that connects to the host of an HTTP URL."""
    parts = urlsplit(url)
    return lambda: asyncio.open_connection(parts.hostname, parts.port)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with sandbox_at(tmp_path_factory.mktemp("fault-sandbox")) as found:
        yield found


@pytest.fixture(scope="session")
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def litellm(sandbox: Upstream) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(to(sandbox.url)) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def open_full_desk(
    sandbox: Upstream, gateway: Gateway, litellm: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> OpenFullDesk:
    """Open Keydesk behind the proxy, with its own database and configuration changes."""

    def opened(**changes: Any) -> AbstractAsyncContextManager[FullDesk]:
        folder: Path = tmp_path_factory.mktemp("fault-desk")
        through_the_proxy = replace(sandbox, url=litellm.url)
        settings = full_settings(through_the_proxy, f"sqlite:///{folder / 'keydesk.db'}", **changes)
        return full_desk(settings, gateway)

    return opened


@pytest.fixture(scope="session")
async def full(open_full_desk: OpenFullDesk) -> AsyncIterator[FullDesk]:
    async with open_full_desk() as found:
        yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = summary(terminalreporter.stats.get("passed", []))
    if lines:
        terminalreporter.section("faults")
    for line in lines:
        terminalreporter.write_line(line)
