"""Fixtures of the identity tests: a fixed clock, and the issuers."""

from collections.abc import AsyncIterator

import pytest
from joserfc.jwk import RSAKey

from keydesk.kit.http_client import HttpClient
from tests.unit.auth.backstage_stand_in import BackstageStandIn
from tests.unit.auth.oidc_stand_in import OidcStandIn
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import rsa_key


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def peers() -> Peers:
    return Peers()


@pytest.fixture
async def http_client(peers: Peers) -> AsyncIterator[HttpClient]:
    http_client = peers.http_client()
    yield http_client
    await http_client.aclose()


@pytest.fixture(scope="session")
def realm_key() -> RSAKey:
    """Made once, because RSA keys are slow to generate."""
    return rsa_key("realm-key-1")


@pytest.fixture
def backstage(peers: Peers, clock: StillClock) -> BackstageStandIn:
    return BackstageStandIn(peers, clock)


@pytest.fixture
def keycloak(peers: Peers, clock: StillClock, realm_key: RSAKey) -> OidcStandIn:
    return OidcStandIn(peers, clock, realm_key)
