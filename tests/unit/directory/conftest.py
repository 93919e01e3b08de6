"""A Backstage catalog with Jane and Bob, and the directory that uses it."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from pydantic import SecretStr

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person
from tests.unit.directory.catalog_stand_in import TOKEN, CatalogStandIn
from tests.unit.directory.held_clock import ControlledClock


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()


@pytest.fixture
def backstage() -> CatalogStandIn:
    """Jane is in the gateway's admins, a child of platform, which is a child of engineering."""
    backstage = CatalogStandIn()
    backstage.user("jane", "group:default/admins", email="jane@example.com", displayName="Jane Doe")
    backstage.user("bob", email="bob@example.com", displayName="Bob")
    backstage.group("admins", "group:default/platform")
    backstage.group("platform", "group:default/engineering")
    backstage.group("engineering")
    return backstage


@pytest.fixture
async def http_client(backstage: CatalogStandIn) -> AsyncIterator[HttpClient]:
    http_client = HttpClient(transport=httpx2.MockTransport(backstage))
    yield http_client
    await http_client.aclose()


@pytest.fixture
def catalog(http_client: HttpClient) -> Catalog:
    return Catalog(http_client, "http://backstage.test/", SecretStr(TOKEN))


@pytest.fixture
async def directory(catalog: Catalog, clock: ControlledClock) -> AsyncIterator[BackstageDirectory]:
    directory = BackstageDirectory(CachedCatalog(catalog, clock))
    yield directory
    await directory.aclose()


@pytest.fixture
def jane() -> Person:
    return Person("user:default/jane")


@pytest.fixture
def bob() -> Person:
    return Person("user:default/bob")
