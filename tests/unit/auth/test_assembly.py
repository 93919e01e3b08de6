"""How settings become verifiers: each token is accepted by one of them, and nothing is fetched before it is needed."""

import pytest
from pydantic import SecretStr

from keydesk.auth.assembly import Assembled, IdentityParts, assemble_identity
from keydesk.auth.demo import DemoTokens
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import Bridge, Identity, TrustedProxy
from tests.unit.auth.backstage_stand_in import CONFIG as BACKSTAGE
from tests.unit.auth.backstage_stand_in import USER_KEYS, BackstageStandIn
from tests.unit.auth.linking import LinksInMemory
from tests.unit.auth.oidc_stand_in import CONFIG as KEYCLOAK
from tests.unit.auth.oidc_stand_in import DISCOVERY, ISSUER, KEYS, OidcStandIn
from tests.unit.auth.peers import Peers, StillClock

pytestmark = pytest.mark.anyio

BRIDGE = Bridge(enabled=True, issuer=ISSUER, client_id="abby-cli")
SECRET = SecretStr("a signing key of this installation")


@pytest.fixture
def demo(clock: StillClock) -> DemoTokens:
    return DemoTokens(SECRET.get_secret_value().encode(), clock)


@pytest.fixture
def everything(http_client: HttpClient, clock: StillClock, demo: DemoTokens) -> Assembled:
    parts = IdentityParts(http_client, LinksInMemory(), clock, also=[demo])
    return assemble_identity(Identity(backstage=BACKSTAGE, oidc=(KEYCLOAK,)), BRIDGE, parts)


async def ref_of(assembled: Assembled, token: str) -> str:
    principal = await assembled.verifiers.verify(token)
    assert isinstance(principal, Person)
    return principal.ref


async def test_every_kind_of_token_finds_its_verifier(
    everything: Assembled, backstage: BackstageStandIn, keycloak: OidcStandIn, demo: DemoTokens
) -> None:
    assert await ref_of(everything, backstage.user_token("user:default/ann")) == "user:default/ann"
    assert await ref_of(everything, keycloak.access_token()) == "user:default/jane"
    assert await ref_of(everything, demo.issue("user:default/dan")) == "user:default/dan"
    await everything.aclose()


async def test_the_cli_bridge_accepts_the_tokens_of_its_client(
    everything: Assembled, keycloak: OidcStandIn
) -> None:
    assert await ref_of(everything, keycloak.access_token(azp="abby-cli", aud="account"))
    assert await ref_of(everything, keycloak.access_token(azp=None, client_id="abby-cli", aud=None))
    with pytest.raises(NotSignedIn):
        await ref_of(everything, keycloak.access_token(azp="portal", aud="abby-cli"))


async def test_two_rules_for_one_issuer_share_its_keys(
    everything: Assembled, keycloak: OidcStandIn, peers: Peers
) -> None:
    await ref_of(everything, keycloak.access_token())
    await ref_of(everything, keycloak.access_token(azp="abby-cli", aud="account"))

    assert peers.asked == [DISCOVERY, KEYS]


async def test_a_cached_token_causes_one_fetch_of_keys(
    everything: Assembled, backstage: BackstageStandIn, peers: Peers
) -> None:
    token = backstage.user_token()
    for _ in range(50):
        await ref_of(everything, token)

    assert peers.asked == [USER_KEYS]


async def test_every_token_is_refused_without_configured_providers(
    http_client: HttpClient, clock: StillClock, keycloak: OidcStandIn
) -> None:
    parts = IdentityParts(http_client, LinksInMemory(), clock)
    nothing = assemble_identity(Identity(), Bridge(issuer=ISSUER), parts)

    for token in (None, keycloak.access_token(azp="abby-cli"), keycloak.access_token()):
        with pytest.raises(NotSignedIn):
            await nothing.verifiers.verify(token)
    assert nothing.proxy is None


async def test_a_trusted_proxy_is_used_if_it_is_configured(
    http_client: HttpClient, clock: StillClock
) -> None:
    configured = Identity(trusted_proxy=TrustedProxy.model_validate({"networks": ["10.0.0.0/8"]}))

    assembled = assemble_identity(configured, Bridge(), IdentityParts(http_client, LinksInMemory(), clock))

    assert assembled.proxy is not None
