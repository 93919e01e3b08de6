"""The portal with each gateway and database: sandbox and SQLite, real LiteLLM and PostgreSQL.

These tests depend on the gateway's behavior; `tests/browser` tests the portal alone. All names are unique, because
the real gateway is shared.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, BrowserContext

from keydesk.app import create_app
from tests.browser.conftest import AskApi, window_at
from tests.browser.gateways.guests import Guest, House
from tests.browser.visit import Visit
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Visitor
from tests.support.desk.storage import KEPT_IN, Storage, storage_named
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker
from tests.support.upstream.real import real_upstream
from tests.support.upstream.sandbox import sandbox_at
from tests.support.upstream.serving import served


@pytest.fixture(scope="session", params=["sandbox", pytest.param("litellm", marks=pytest.mark.real_litellm)])
def upstream(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    if request.param == "litellm":
        yield real_upstream()
        return
    with sandbox_at(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture(scope="session")
def storage(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with storage_named(KEPT_IN[upstream.name], tmp_path_factory.mktemp("storage")) as found:
        yield found


@pytest.fixture(scope="session")
async def gateway(upstream: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(upstream) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def house() -> House:
    return House()


@pytest.fixture(scope="session")
def portal(upstream: Upstream, storage: Storage, house: House) -> Iterator[str]:
    with storage.new_database() as database_url:
        settings = Surroundings(upstream, database_url).settings(**house.rules())
        with served(create_app(settings)) as address:
            yield address


@pytest.fixture(scope="session")
async def usual_window(browser: Browser, portal: str) -> AsyncIterator[BrowserContext]:
    """A shared window per portal: a window keeps the first portal's URL for its session."""
    async with window_at(browser, portal) as context:
        yield context


@pytest.fixture(scope="session")
async def plain_window(browser: Browser, portal: str) -> AsyncIterator[BrowserContext]:
    async with window_at(browser, portal, java_script_enabled=False) as context:
        yield context


@pytest.fixture
def guest(house: House, make: Maker) -> Guest:
    """A person without an account; the account is deleted after the test."""
    return _registered(house.next_guest(), make)


@pytest.fixture
def manager(house: House, make: Maker) -> Guest:
    """A person who manages teams and audits."""
    return _registered(house.next_manager(), make)


def _registered(guest: Guest, make: Maker) -> Guest:
    make.user_ids.append(guest.user_id)
    return guest


@pytest.fixture
async def as_guest(visit: Visit, guest: Guest, api: AskApi) -> Visit:
    await visit.return_as(await api(guest.user_id))
    return visit


@pytest.fixture
async def as_manager(visit: Visit, manager: Guest, api: AskApi) -> Visit:
    await visit.return_as(await api(manager.user_id))
    return visit


@pytest.fixture
async def owner(guest: Guest, api: AskApi) -> Visitor:
    """The guest's API client, with an account."""
    owner = await api(guest.user_id)
    await owner.read("/user/info")
    return owner
