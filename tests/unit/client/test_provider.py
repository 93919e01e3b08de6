"""What the command line accepts of a provider, and of a server that names one. Nothing is sent to anybody else."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.oauth import OAuthRefused
from keydesk.client.places import AtProvider, callback_path
from keydesk.client.provider import Offer, Provider
from keydesk.client.provider_client import ProviderClient, provider_client_in
from keydesk.client.sign_in import SignIn
from keydesk.client.tokens import Tokens
from keydesk.kit.http_client import HttpClient
from tests.unit.client.conftest import Answering

pytestmark = pytest.mark.anyio

ISSUER, NOW = "https://sso.example.com/realms/main", 1_800_000_000.0
CLIENT = ProviderClient(ISSUER, "cli", ("openid", "offline_access"))
NAMED: dict[str, Any] = {
    "issuer": ISSUER,
    "client_id": "cli",
    "scopes": ["openid"],
    "parameters": {},
    "token": "access_token",
}
DISCOVERY: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "device_authorization_endpoint": f"{ISSUER}/device",
    "token_endpoint": "https://tokens.example.com/token",
    "revocation_endpoint": f"{ISSUER}/revoke",
    "code_challenge_methods_supported": ["plain", "S256"],
    "response_types_supported": ["code"],
}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "cli",
    "sub": "s-1",
    "exp": NOW + 300,
    "nonce": "n",
    "name": "Nia",
}
PREVIOUS = Tokens("old", "refresh-1", 0.0, "nia", "s-1")
Ask = Callable[..., Provider]


def id_token(**changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{middle}.c2ln"


def answer(**changes: Any) -> dict[str, Any]:
    usual = {
        "access_token": "a",
        "refresh_token": "r",
        "id_token": id_token(),
        "token_type": "Bearer",
        "expires_in": 60,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


@pytest.fixture
def asking(answering: Answering) -> Ask:
    """A provider that answers every request with this status and JSON."""

    def provider(status: int, json: Any, client: ProviderClient = CLIENT) -> Provider:
        return Provider(client, answering(status, json))

    return provider


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "http://sso.example.com"},
        {"issuer": "https://user:pw@sso.example.com"},
        {"issuer": "file:///etc/passwd"},
        {"issuer": "https://sso.example.com\x1b[31m"},
        {"issuer": None},
        {"client_id": ""},
        {"client_id": 7},
        {"scopes": ["profile"]},
        {"scopes": None},
        {"parameters": {"redirect_uri": "https://evil.example.com"}},
        {"parameters": {"request_uri": "https://evil.example.com/request"}},
        {"parameters": {"response_mode": "query"}},
        {"parameters": {"audience": 7}},
        {"parameters": ["audience"]},
        {"token": "refresh_token"},
        {"redirect_port": 80},
        {"redirect_port": "8080"},
        {"redirect_port": True},
        {"token": ["access_token"]},
    ],
    ids=str,
)
def test_a_server_cannot_name_an_unsafe_provider(changes: dict[str, Any]) -> None:
    assert provider_client_in(NAMED | {"a_later_member": 7}).issuer == ISSUER
    with pytest.raises(ClientError):
        provider_client_in(NAMED | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://sso.example.com/realms/other"},
        {"issuer": f"{ISSUER}/"},
        {"issuer": None},
        {"token_endpoint": "http://sso.example.com/token"},
        {"token_endpoint": "http://127.0.0.1:9000/token"},
        {"token_endpoint": "https://me:pw@sso.example.com/token"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "file:///bin/sh"},
        {"device_authorization_endpoint": "http://sso.example.com/device"},
        {"revocation_endpoint": 7},
    ],
    ids=str,
)
async def test_another_issuer_or_plain_http_is_refused(asking: Ask, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError):
        await asking(200, DISCOVERY | changes).offer()


@pytest.mark.parametrize(
    "changes",
    [{"code_challenge_methods_supported": ["plain"]}, {"response_types_supported": ["id_token"]}],
    ids=str,
)
async def test_a_provider_without_s256_gets_no_browser(asking: Ask, changes: dict[str, Any]) -> None:
    assert (await asking(200, DISCOVERY | changes).offer()).endpoints.authorization == ""
    del (silent := dict(DISCOVERY))["code_challenge_methods_supported"]
    assert (await asking(200, silent).offer()).endpoints.authorization


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://evil.example.com"}, "another issuer"),
        ({"aud": "other"}, "another client"),
        ({"aud": ["cli", "other"]}, "another client"),
        ({"aud": ["cli", "other"], "azp": "other"}, "another client"),
        ({"azp": "other"}, "another client"),
        ({"exp": NOW - 61}, "has expired"),
        ({"exp": True}, "has expired"),
        ({"exp": float("nan")}, "has expired"),
        ({"exp": 10**400}, "has expired"),
        ({"nonce": "of another sign-in"}, "another sign-in"),
        ({"nonce": None}, "another sign-in"),
        ({"sub": None}, "another person"),
    ],
    ids=str,
)
def test_the_id_token_of_something_else_is_refused(changes: dict[str, Any], why: str) -> None:
    provider = Provider(CLIENT, HttpClient())
    with pytest.raises(ClientError, match=why):
        provider.signed_in(answer(id_token=id_token(**changes)), "n", lambda: NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"id_token": None},
        {"id_token": "a.b"},
        {"id_token": "a.!.c"},
        {"id_token": "a.W10.c"},
        {"access_token": None},
        {"access_token": 7},
        {"token_type": "DPoP"},
    ],
    ids=str,
)
def test_an_answer_without_usable_tokens_is_refused(changes: dict[str, Any]) -> None:
    provider = Provider(CLIENT, HttpClient())
    assert provider.signed_in(answer(), "n", lambda: NOW).expires_at == NOW + 60
    with pytest.raises(ClientError):
        provider.signed_in(answer(**changes), "n", lambda: NOW)


def test_a_refresh_can_leave_tokens_out_but_not_change_the_person() -> None:
    provider = Provider(CLIENT, HttpClient())
    kept = provider.refreshed(
        answer(refresh_token=None, id_token=None, expires_in=None), PREVIOUS, lambda: NOW
    )
    assert kept == Tokens("a", "refresh-1", NOW + 300, "nia", "s-1")
    assert provider.refreshed(answer(id_token=id_token(nonce=None)), PREVIOUS, lambda: NOW).refresh == "r"
    for changes in ({"sub": "s-2"}, {"iss": "https://evil.example.com"}, {"aud": "other"}):
        with pytest.raises(ClientError):
            provider.refreshed(answer(id_token=id_token(**changes)), PREVIOUS, lambda: NOW)


def test_an_id_token_is_sent_where_keydesk_asks_for_it() -> None:
    provider = Provider(ProviderClient(ISSUER, "cli", token="id_token"), HttpClient())
    tokens = provider.signed_in(answer(), "n", lambda: NOW)
    assert (tokens.access, tokens.expires_at) == (id_token(), NOW + 300)
    with pytest.raises(ClientError, match="is missing"):
        provider.refreshed(answer(id_token=None), PREVIOUS, lambda: NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"verification_uri": "http://sso.example.com/device"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://sso.example.com/\x1b[2J"},
        {"user_code": "BCDF\x1b[2JGHJK"},
        {"user_code": "https://evil.example.com/"},
    ],
    ids=str,
)
async def test_an_unsafe_page_or_code_is_not_shown(asking: Ask, changes: dict[str, Any]) -> None:
    codes = {
        "device_code": "d",
        "user_code": "BCDF-GHJK",
        "verification_uri": f"{ISSUER}/device",
        "expires_in": 1,
    }
    provider = asking(200, DISCOVERY | codes | changes)
    said: list[str] = []
    with pytest.raises(ClientError):
        await SignIn(
            AtProvider(provider, await provider.offer(), "https://keys.example.com"), said.append
        ).with_code()
    assert said == []


async def test_a_machine_that_polls_too_fast_or_during_an_outage_slows_down() -> None:
    """The certified provider never says so."""
    answers = [(400, "slow_down"), (503, ""), (400, "authorization_pending"), (400, "access_denied")]
    pauses: list[float] = []

    def reply(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/openid-configuration"):
            return httpx2.Response(200, json=DISCOVERY)
        if request.url.path.endswith("/device"):
            page = {"user_code": "BCDF-GHJK", "verification_uri": f"{ISSUER}/device", "interval": 0}
            return httpx2.Response(200, json={"device_code": "d", "expires_in": 600, **page})
        status, error = answers.pop(0)
        return httpx2.Response(status, json={"error": error})

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    http = HttpClient(transport=httpx2.MockTransport(reply))
    provider = Provider(CLIENT, http)
    place = AtProvider(
        provider, Offer(await provider.endpoints(), names_issuer=False), "https://keys.example.com"
    )
    with pytest.raises(ClientError, match="rejected"):
        await SignIn(place, lambda _: None, pause=pause).with_code()
    assert pauses == [1.0, 6.0, 12.0, 12.0]
    await http.aclose()


async def test_each_failure_of_a_provider_is_one_sentence_with_its_name(asking: Ask) -> None:
    for status in (429, 500, 503):
        with pytest.raises(Unavailable, match=r"sso\.example\.com"):
            await asking(status, {}).offer()
    with pytest.raises(ClientError, match=r"calls itself \[31m\. Nothing"):
        await asking(200, DISCOVERY | {"issuer": "\x1b[31m"}).offer()
    with pytest.raises(ClientError, match="did not answer like an OpenID Connect provider"):
        await asking(404, {}).offer()
    with pytest.raises(OAuthRefused, match=r"https://sso\.example\.com/realms/main refused: invalid_scope"):
        await asking(400, {"error": "invalid_scope"}).send_form(f"{ISSUER}/device", {})


def test_the_redirect_names_the_server() -> None:
    assert callback_path("https://keys.example.com") == "/callback/keys.example.com"
    assert callback_path("http://localhost:8000") == "/callback/localhost-8000"
    assert callback_path("https://[::1]:8443") == "/callback/1-8443"
