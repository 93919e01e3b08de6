"""Keydesk's identity middleware with a Backstage, a Keycloak and a fixed clock."""

from collections.abc import AsyncIterator

import pytest
from joserfc.jwk import RSAKey

from tests.api.identity.front import Front, open_front
from tests.unit.auth.backstage_stand_in import BackstageStandIn
from tests.unit.auth.oidc_stand_in import OidcStandIn
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import rsa_key


@pytest.fixture(scope="session")
def realm_key() -> RSAKey:
    """Made once, because RSA keys are slow to generate."""
    return rsa_key("realm-key-1")


@pytest.fixture
async def front(realm_key: RSAKey) -> AsyncIterator[Front]:
    peers, clock = Peers(), StillClock()
    issuers = BackstageStandIn(peers, clock), OidcStandIn(peers, clock, realm_key)
    async with open_front(peers, clock, issuers) as front:
        yield front


@pytest.fixture
async def warm_front(front: Front) -> Front:
    """A front that has verified a valid token of every kind, so that it has cached all keys."""
    jane = [
        front.backstage.user_token(),
        front.backstage.plugin_token(obo=front.backstage.limited_token()),
        front.keycloak.access_token(),
    ]
    for token in jane:
        assert (await front.bring(token)).json() == {"ref": "user:default/jane"}
    front.visits.clear()
    front.peers.asked.clear()
    return front
