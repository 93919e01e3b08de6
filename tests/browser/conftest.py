"""Keydesk and a sandbox gateway on loopback, with Chromium windows for people."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, ViewportSize, expect

from keydesk.app import API
from tests.browser.chromium import running_chromium
from tests.browser.visit import Visit, visiting
from tests.browser.world import Desks, Newcomer, newcomers, seeded_sandbox
from tests.support.desk.desk import Visitor
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker, Person, maker_on

OpenWindow = Callable[..., AbstractAsyncContextManager[Visit]]
"""Opens a new window, optionally on another Keydesk."""
AskApi = Callable[[str], Awaitable[Visitor]]
"""Returns an API client for a person by user id."""
DESK_SIZE = ViewportSize(width=1440, height=900)
PATIENCE = 30_000
"""Milliseconds until a missing element fails the test, generous for slow machines."""


@asynccontextmanager
async def window_at(browser: Browser, portal: str, **options: Any) -> AsyncIterator[BrowserContext]:
    """`options` are Playwright's for a context."""
    async with await browser.new_context(base_url=portal, **options) as context:
        context.set_default_timeout(PATIENCE)
        yield context


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
async def upstream(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upstream]:
    async with seeded_sandbox(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture(scope="session")
def control(upstream: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(upstream.url, upstream.master_key) as http:
        yield SandboxControl(http)


@pytest.fixture(scope="session")
async def gateway(upstream: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(upstream) as gateway:
        yield gateway


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Maker]:
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture(scope="session")
def desks(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with ExitStack() as stack:
        yield Desks(tmp_path_factory.mktemp("desks"), upstream, stack)


@pytest.fixture(scope="session")
def portal(desks: Desks) -> str:
    """The URL of the shared Keydesk."""
    return desks.serve()


@pytest.fixture(scope="session")
def arrivals() -> Iterator[Newcomer]:
    return newcomers()


@pytest.fixture
def newcomer(arrivals: Iterator[Newcomer]) -> Newcomer:
    return next(arrivals)


@pytest.fixture
def window(browser: Browser, portal: str) -> OpenWindow:
    """Opens new windows. `options` are Playwright's for a context."""

    @asynccontextmanager
    async def opened(desk: str = portal, **options: Any) -> AsyncIterator[Visit]:
        async with window_at(browser, desk, **options) as context, visiting(context, desk) as visit:
            yield visit

    return opened


@pytest.fixture(scope="session")
async def usual_window(browser: Browser, portal: str) -> AsyncIterator[BrowserContext]:
    """One shared window, because opening a window dominates short tests."""
    async with window_at(browser, portal) as context:
        yield context


@pytest.fixture(scope="session")
async def plain_window(browser: Browser, portal: str) -> AsyncIterator[BrowserContext]:
    """The shared window without JavaScript."""
    async with window_at(browser, portal, java_script_enabled=False) as context:
        yield context


@pytest.fixture
async def visit(
    request: pytest.FixtureRequest, usual_window: BrowserContext, plain_window: BrowserContext, portal: str
) -> AsyncIterator[Visit]:
    """A visit without a session."""
    is_plain = request.node.get_closest_marker("without_scripts") is not None
    async with visiting(plain_window if is_plain else usual_window, portal) as visit:
        await visit.page.set_viewport_size(DESK_SIZE)
        yield visit


@pytest.fixture
async def as_jane(visit: Visit, api: AskApi) -> Visit:
    await visit.return_as(await api("jane"))
    return visit


@pytest.fixture
async def as_newcomer(visit: Visit, newcomer: Newcomer, api: AskApi) -> Visit:
    await visit.return_as(await api(newcomer.user_id))
    return visit


@pytest.fixture
async def api(portal: str) -> AsyncIterator[AskApi]:
    async with httpx2.AsyncClient(base_url=portal, timeout=30, trust_env=False) as http:

        async def asked(user_id: str) -> Visitor:
            answer = await http.post(f"{API}/demo/sign-in", json={"person": user_id})
            person = Person(user_id, f"{user_id}@example.com")
            return Visitor(http, person, answer.raise_for_status().json()["token"])

        yield asked
