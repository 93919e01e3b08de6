"""Where an issuer's keys are fetched from, and which responses are accepted."""

from typing import Any

import pytest

from keydesk.auth.key_sources import SourceFailed, discovered_keys, keys_if_any_at
from keydesk.kit.http_client import HttpClient
from tests.unit.auth.oidc_stand_in import DISCOVERY, ISSUER, KEYS, OidcStandIn
from tests.unit.auth.peers import Peers

pytestmark = pytest.mark.anyio

ALGORITHMS = ("RS256",)


@pytest.mark.usefixtures("keycloak")
async def test_keys_are_found_through_the_discovery_document(http_client: HttpClient, peers: Peers) -> None:
    assert set(await discovered_keys(http_client, ISSUER, ALGORITHMS)()) == {"realm-key-1"}
    assert peers.asked == [DISCOVERY, KEYS]


async def test_an_issuer_may_end_in_a_slash(
    http_client: HttpClient, peers: Peers, keycloak: OidcStandIn
) -> None:
    peers.publish(DISCOVERY, {"issuer": f"{ISSUER}/", "jwks_uri": KEYS})

    assert await discovered_keys(http_client, f"{ISSUER}/", ALGORITHMS)()
    assert keycloak.peers.asked[0] == DISCOVERY


async def test_an_issuer_may_change_the_url_of_its_keys(
    http_client: HttpClient, peers: Peers, keycloak: OidcStandIn
) -> None:
    fetch = discovered_keys(http_client, ISSUER, ALGORITHMS)
    await fetch()
    moved = "https://elsewhere.example.com/certs"
    peers.publish(DISCOVERY, {"issuer": ISSUER, "jwks_uri": moved})
    peers.publish(moved, keycloak.peers.answers[KEYS].json())

    assert await fetch()
    assert peers.asked[-1] == moved


UNBELIEVABLE: dict[str, Any] = {
    "another issuer": {"issuer": "https://evil.example", "jwks_uri": KEYS},
    "an issuer that only begins alike": {"issuer": f"{ISSUER}/", "jwks_uri": KEYS},
    "no issuer": {"jwks_uri": KEYS},
    "no address": {"issuer": ISSUER},
    "an address without TLS": {"issuer": ISSUER, "jwks_uri": "http://keys.example.com/acme/certs"},
    "a file": {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
    "an address that is a number": {"issuer": ISSUER, "jwks_uri": 5},
    "a list": [],
}


@pytest.mark.usefixtures("keycloak")
@pytest.mark.parametrize("document", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
async def test_an_invalid_discovery_document_is_not_used(
    http_client: HttpClient, peers: Peers, document: Any
) -> None:
    peers.publish(DISCOVERY, document)

    with pytest.raises(SourceFailed):
        await discovered_keys(http_client, ISSUER, ALGORITHMS)()

    assert peers.asked == [DISCOVERY]


@pytest.mark.usefixtures("keycloak")
@pytest.mark.parametrize("gone", [DISCOVERY, KEYS])
@pytest.mark.parametrize("status", [404, 500])
async def test_an_http_error_is_a_failure(
    http_client: HttpClient, peers: Peers, gone: str, status: int
) -> None:
    peers.publish(gone, {"error": "gone"}, status)

    with pytest.raises(SourceFailed, match=str(status)):
        await discovered_keys(http_client, ISSUER, ALGORITHMS)()


async def test_a_plugin_without_keys_is_not_a_failure(http_client: HttpClient, peers: Peers) -> None:
    peers.publish("http://backstage.test/empty", {"keys": []})

    assert await keys_if_any_at(http_client, "http://backstage.test/empty", ALGORITHMS)() == {}
    assert await keys_if_any_at(http_client, "http://backstage.test/unknown", ALGORITHMS)() == {}
