"""The checks of a sign-in at a provider, one fault at a time. tests/browser covers the complete flow."""

import asyncio
import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from keydesk.auth.assembly import IdentityParts
from keydesk.auth.logout_tokens import LogoutTokens
from keydesk.auth.oidc_sign_in import OidcSignIn, SignedIn
from keydesk.auth.portal_assembly import assemble_provider_sign_in
from keydesk.kit.http_client import HttpClient
from keydesk.kit.problems import IdentityProviderUnavailable, NotSignedIn, SignInFailed
from keydesk.settings import Portal
from tests.unit.auth.linking import LinksInMemory, UsedTokensInMemory
from tests.unit.auth.oidc_stand_in import DISCOVERY, ISSUER, KEYS, OidcStandIn
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import rsa_key

pytestmark = pytest.mark.anyio

BASE = "https://keys.example.com"
TOKEN_ENDPOINT, USERINFO = f"{ISSUER}/token", f"{ISSUER}/userinfo"
DOCUMENT = {
    "issuer": ISSUER,
    "jwks_uri": KEYS,
    "authorization_endpoint": f"{ISSUER}/auth?ui=1",
    "token_endpoint": TOKEN_ENDPOINT,
    "userinfo_endpoint": USERINFO,
    "end_session_endpoint": f"{ISSUER}/logout",
    "authorization_response_iss_parameter_supported": True,
}
BACK_CHANNEL = "http://schemas.openid.net/event/backchannel-logout"


class Scene:
    """A portal at the stand-in provider, and the steps of a person's sign-in."""

    def __init__(self, flow: OidcSignIn, logout: LogoutTokens, keycloak: OidcStandIn) -> None:
        self.flow, self.logout, self.keycloak = flow, logout, keycloak
        self.sealed, self.asked = "", dict[str, str]()

    async def begins(self, path: str = "/keys") -> dict[str, str]:
        """Return what the browser takes to the provider."""
        address, self.sealed = await self.flow.begin(path)
        assert address.startswith(f"{ISSUER}/auth?ui=1&")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return self.asked

    def provider_gives(self, **claims: Any) -> None:
        """Set the tokens for the code; by default, the ID token has the nonce."""
        said = {"nonce": self.asked["nonce"], "at_hash": None, "sid": "s-1"} | claims
        tokens = {"id_token": self.keycloak.id_token(**said), "access_token": "opaque"}
        self.keycloak.peers.publish(TOKEN_ENDPOINT, tokens)

    async def returns(self, **changes: str | None) -> SignedIn:
        answer = {"code": "c", "state": self.asked["state"], "iss": ISSUER} | changes
        return await self.flow.finish({k: v for k, v in answer.items() if v is not None}, self.sealed)


@pytest.fixture
async def scene(keycloak: OidcStandIn, peers: Peers, http_client: HttpClient, clock: StillClock) -> Scene:
    peers.publish(DISCOVERY, DOCUMENT)
    settings = {
        "issuer": ISSUER,
        "client_id": "keydesk",
        "client_secret": "s",
        "authorization_parameters": {"access_type": "offline", "prompt": "consent"},
    }
    portal = Portal.model_validate({"base_url": BASE, "sign_in": settings})
    parts = IdentityParts(http_client, LinksInMemory(), clock)
    assembled = assemble_provider_sign_in(portal, parts, b"k" * 32, UsedTokensInMemory())
    assert assembled is not None
    return Scene(assembled.flow, assembled.logout_tokens, keycloak)


async def test_the_authorization_request_has_state_nonce_and_pkce(scene: Scene) -> None:
    asked = await scene.begins()
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"{BASE}/sign-in/callback"
    assert asked["scope"] == "openid profile email"
    assert asked["code_challenge_method"] == "S256"
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    begun = scene.flow.states.open(scene.sealed)
    assert begun is not None
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert len({asked["state"], asked["nonce"], begun.verifier}) == 3
    assert begun.verifier not in str(asked)


async def test_the_person_is_the_one_of_the_token(scene: Scene) -> None:
    await scene.begins("/keys?q=x")
    scene.provider_gives(email="jane@example.com", email_verified=True, groups=["a"])
    found = await scene.returns()
    assert (found.person.ref, found.path) == ("user:default/jane", "/keys?q=x")
    assert (found.provider.subject, found.provider.session) == ("f3b1-jane", "s-1")
    assert found.person.asserted is not None
    assert found.person.asserted.groups == {"group:default/a"}


async def test_claims_missing_in_the_token_come_from_userinfo(scene: Scene, peers: Peers) -> None:
    await scene.begins()
    scene.provider_gives(preferred_username=None)
    peers.publish(USERINFO, {"sub": "f3b1-jane", "preferred_username": "jane", "groups": ["b"]})
    found = await scene.returns()
    assert found.person.ref == "user:default/jane"
    assert found.person.asserted is not None
    assert found.person.asserted.groups == {"group:default/b"}


async def test_userinfo_of_another_subject_is_ignored(scene: Scene, peers: Peers) -> None:
    await scene.begins()
    scene.provider_gives(preferred_username=None)
    peers.publish(USERINFO, {"sub": "another", "preferred_username": "jane"})
    with pytest.raises(SignInFailed):
        await scene.returns()


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["keydesk", "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"at_hash": "of-another-token"},
        {"preferred_username": "../jane"},
    ],
    ids=str,
)
async def test_an_invalid_id_token_is_refused(scene: Scene, claims: dict[str, Any]) -> None:
    await scene.begins()
    scene.provider_gives(**claims)
    with pytest.raises(SignInFailed):
        await scene.returns()


async def test_a_token_with_an_unknown_key_is_refused(scene: Scene) -> None:
    await scene.begins()
    forged = rsa_key("realm-key-1")
    claims = {"sub": "x", "aud": "keydesk", "nonce": scene.asked["nonce"], "preferred_username": "jane"}
    scene.keycloak.peers.publish(TOKEN_ENDPOINT, {"id_token": scene.keycloak.token(claims, None, forged)})
    with pytest.raises(SignInFailed):
        await scene.returns()


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another"},
        {"state": None},
        {"code": None},
        {"error": "access_denied"},
        {"iss": "https://evil.example"},
        {"iss": None},
    ],
    ids=str,
)
async def test_an_invalid_callback_is_refused(scene: Scene, changes: dict[str, str | None]) -> None:
    await scene.begins()
    scene.provider_gives()
    with pytest.raises(SignInFailed):
        await scene.returns(**changes)


async def test_a_sign_in_can_be_completed_once(scene: Scene) -> None:
    await scene.begins()
    scene.provider_gives()
    await scene.returns()
    with pytest.raises(SignInFailed, match="already been used"):
        await scene.returns()
    await scene.begins()
    scene.provider_gives()
    await scene.returns()


async def test_a_failed_sign_in_cannot_be_repeated(scene: Scene) -> None:
    await scene.begins()
    with pytest.raises(SignInFailed, match="rejected the sign-in"):
        await scene.returns(error="access_denied")
    scene.provider_gives()
    with pytest.raises(SignInFailed, match="already been used"):
        await scene.returns()


async def test_the_sign_in_cookie_is_valid_for_ten_minutes_and_unmodified(
    scene: Scene, clock: StillClock
) -> None:
    await scene.begins()
    scene.provider_gives()
    kept = scene.sealed
    for sealed in ("", "junk", kept[:-2] + "xx", kept.replace(".", "..", 1)):
        scene.sealed = sealed
        with pytest.raises(SignInFailed, match="started in another browser"):
            await scene.returns()
    scene.sealed = kept
    clock.pass_by(minutes=10)
    with pytest.raises(SignInFailed, match="started in another browser"):
        await scene.returns()


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_a_code_refused_by_the_provider_signs_nobody_in(
    scene: Scene, peers: Peers, status: int
) -> None:
    await scene.begins()
    peers.publish(TOKEN_ENDPOINT, {"error": "invalid_grant", "error_description": "secret"}, status)
    with pytest.raises(SignInFailed) as refused:
        await scene.returns()
    assert "secret" not in str(refused.value.body())


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://login.example.com/token"},
    ],
    ids=str,
)
async def test_a_provider_with_invalid_metadata_is_not_used(
    scene: Scene, peers: Peers, change: dict[str, Any]
) -> None:
    peers.publish(DISCOVERY, DOCUMENT | change)
    with pytest.raises(IdentityProviderUnavailable):
        await scene.begins()


async def test_an_unavailable_provider_is_reported(scene: Scene, peers: Peers) -> None:
    peers.away = True
    with pytest.raises(IdentityProviderUnavailable):
        await scene.begins()


async def test_an_unavailable_provider_is_called_once_in_five_seconds_by_all_visitors(
    scene: Scene, peers: Peers, clock: StillClock
) -> None:
    """Otherwise every visitor would hold a connection that signed-in people need, for as long as the provider hangs."""
    peers.away = True
    for crowd in (1, 2):
        told = await asyncio.gather(*(scene.flow.begin("/") for _ in range(50)), return_exceptions=True)
        assert {type(each) for each in told} == {IdentityProviderUnavailable}
        assert peers.asked == [DISCOVERY] * crowd
        clock.pass_by(seconds=5)
    peers.away = False
    await scene.begins()


async def test_the_logout_redirects_to_the_provider_and_back(scene: Scene) -> None:
    address = await scene.flow.sign_out_address("the-id-token")
    assert address is not None
    query = parse_qs(urlsplit(address).query)
    assert query["post_logout_redirect_uri"] == [f"{BASE}/signed-out"]
    assert query["id_token_hint"] == ["the-id-token"]


def logout_token(keycloak: OidcStandIn, **claims: Any) -> str:
    said = {"sub": "f3b1-jane", "sid": "s-1", "aud": "keydesk", "jti": "1", "events": {BACK_CHANNEL: {}}}
    return keycloak.token(said | claims, {"typ": "logout+jwt"})


async def test_a_logout_token_names_the_ended_session(scene: Scene, keycloak: OidcStandIn) -> None:
    ended = await scene.logout.verify(logout_token(keycloak))
    assert (ended.issuer, ended.subject, ended.session) == (ISSUER, "f3b1-jane", "s-1")
    everywhere = await scene.logout.verify(logout_token(keycloak, sid=None))
    assert (everywhere.subject, everywhere.session) == ("f3b1-jane", None)


@pytest.mark.parametrize(
    "claims",
    [
        {"events": None},
        {"events": {}},
        {"events": {BACK_CHANNEL: "x"}},
        {"nonce": "n"},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": None, "sid": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 1},
    ],
    ids=str,
)
async def test_any_other_logout_token_ends_nothing(
    scene: Scene, keycloak: OidcStandIn, claims: dict[str, Any]
) -> None:
    with pytest.raises(NotSignedIn):
        await scene.logout.verify(logout_token(keycloak, **claims))


async def test_an_id_token_or_a_forged_logout_token_ends_nothing(scene: Scene, keycloak: OidcStandIn) -> None:
    forged = keycloak.token({"sub": "x", "events": {BACK_CHANNEL: {}}}, None, rsa_key("realm-key-1"))
    for token in (keycloak.id_token(), forged, "junk", ""):
        with pytest.raises(NotSignedIn):
            await scene.logout.verify(token)
