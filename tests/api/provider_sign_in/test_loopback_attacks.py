"""Attacks on a sign-in with a redirect to the machine, at the certified provider."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from keydesk.client.errors import ClientError
from keydesk.client.loopback import Callback, listening
from keydesk.client.oauth import OAuthRefused
from tests.api.provider_sign_in.browser import Browser
from tests.api.provider_sign_in.conftest import Laptop, tokens_sent, visit

pytestmark = pytest.mark.anyio

REDIRECT = "http://127.0.0.1:50123/callback/localhost"


@dataclass(frozen=True)
class Attempt:
    """An authorization request, and the form that redeems its code."""

    laptop: Laptop
    client_id: str = "keydesk-cli"
    verifier: str = field(default="v" * 43)

    def address(self, **changes: str | None) -> str:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "scope": "openid offline_access",
            "state": "a-state-of-24-characters",
            "code_challenge": create_s256_code_challenge(self.verifier),  # type: ignore[no-untyped-call]
            "code_challenge_method": "S256",
        }
        sent = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"{self.laptop.browser.issuer}/auth?{urlencode(sent)}"

    async def code(self) -> str:
        return await self.laptop.browser.code_for(self.address())

    async def redeems(self, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
        fields = {"client_id": self.client_id, "redirect_uri": REDIRECT, "code_verifier": self.verifier}
        return await self.laptop.sends(
            "token", **{**fields, "grant_type": "authorization_code", "code": code, **changes}
        )


@pytest.fixture
def attempt(laptop: Laptop) -> Attempt:
    return Attempt(laptop)


async def test_a_code_works_once_and_its_reuse_ends_the_sign_in(attempt: Attempt) -> None:
    code = await attempt.code()
    status, tokens = await attempt.redeems(code)
    assert status == 200
    assert (await attempt.redeems(code))[1]["error"] == "invalid_grant"
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await attempt.laptop.sends("token", **refresh))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": REDIRECT.replace("50123", "50124")},
        {"client_id": "other-cli"},
    ],
    ids=["wrong verifier", "no verifier", "another port", "another client"],
)
async def test_a_stolen_code_is_useless(attempt: Attempt, changes: dict[str, str]) -> None:
    status, answer = await attempt.redeems(await attempt.code(), **changes)
    assert (status, "access_token" in answer) == (400, False)


async def test_an_expired_code_is_refused(laptop: Laptop) -> None:
    hasty = Attempt(laptop, "hasty-cli")
    code = await hasty.code()
    await asyncio.sleep(2.1)
    assert (await hasty.redeems(code))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example.com/callback/localhost",
        "http://evil.example.com:50123/callback/localhost",
        "http://127.0.0.1.evil.example.com:50123/callback/localhost",
        "http://127.0.0.1:50123@evil.example.com/callback/localhost",
        "http://127.0.0.1:50123/callback",
        "http://127.0.0.1:50123/callback/evil.example.com",
        "http://127.0.0.1:50123/callback/localhost/../x",
        "http://localhost:50123/callback/localhost",
    ],
)
async def test_the_provider_redirects_to_this_machine_only(attempt: Attempt, elsewhere: str) -> None:
    assert "redirect_uri" in await attempt.laptop.browser.refusal_of(attempt.address(redirect_uri=elsewhere))


async def test_a_server_cannot_use_the_client_of_another_one(laptop: Laptop) -> None:
    """It names the provider and the client of a Keydesk, to get tokens that are accepted there."""
    refusal = asyncio.get_running_loop().create_future()

    async def follows(address: str) -> None:
        refusal.set_result(await laptop.browser.refusal_of(address))

    laptop.follows = follows
    waiting = asyncio.create_task((await laptop.sign_in("https://evil.example.com")).with_browser())
    assert "redirect_uri" in await refusal
    waiting.cancel()
    assert tokens_sent(laptop.network) == []


@pytest.mark.parametrize(
    "changes",
    [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}],
    ids=["none", "plain"],
)
async def test_pkce_cannot_be_left_out(attempt: Attempt, changes: dict[str, str | None]) -> None:
    back = await attempt.laptop.browser.answer_to(attempt.address(**changes))
    assert "code" not in parse_qs(urlsplit(back).query)
    assert parse_qs(urlsplit(back).query)["error"] == ["invalid_request"]


async def test_the_code_of_an_attacker_is_not_taken(laptop: Laptop, attempt: Attempt) -> None:
    """The attacker brings a code of their own sign-in to Nia's machine, with the right state."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        attacker = Browser(http, laptop.browser.issuer, "sub-ned")
        code = await attacker.code_for(attempt.address())

    async def follows(address: str) -> None:
        asked = parse_qs(urlsplit(address).query)
        answer = {"code": code, "state": asked["state"][0], "iss": laptop.browser.issuer}
        await asyncio.to_thread(visit, f"{asked['redirect_uri'][0]}?{urlencode(answer)}")

    laptop.follows = follows
    with pytest.raises(OAuthRefused) as refused:
        await laptop.signs_in_browser(await laptop.sign_in())
    assert refused.value.error == "invalid_grant"


@pytest.mark.parametrize("changes", [{"iss": "https://evil.example.com"}, {"iss": None}], ids=str)
async def test_a_mix_up_sends_no_code(laptop: Laptop, changes: dict[str, str | None]) -> None:
    place = await laptop.place()
    callback = place.callback("a-state-of-24-characters", lambda: None)
    usual: dict[str, str | None] = {"state": callback.state, "code": "x", "iss": laptop.browser.issuer}
    answer = {name: value for name, value in (usual | changes).items() if value is not None}
    assert callback.receive(f"{callback.path}?{urlencode(answer)}")
    with pytest.raises(ClientError, match="another server"):
        callback.code()
    assert tokens_sent(laptop.network) == []


async def test_an_answer_with_another_state_is_ignored(laptop: Laptop) -> None:
    place = await laptop.place()
    with listening(place.callback("a-state-of-24-characters", lambda: None)) as callback:
        assert isinstance(callback, Callback)
        for state in ("another-state-of-24-char", ""):
            answer = urlencode({"state": state, "code": "evil", "iss": laptop.browser.issuer})
            async with httpx2.AsyncClient(trust_env=False) as http:
                assert (await http.get(f"{callback.address}?{answer}")).status_code == 404
        assert not callback.has_answer


async def test_the_id_token_of_another_sign_in_is_refused(laptop: Laptop) -> None:

    async def follows(address: str) -> None:
        await laptop.comes_back(address.replace("nonce=", "nonce=x"))

    laptop.follows = follows
    with pytest.raises(ClientError, match="another sign-in"):
        await laptop.signs_in_browser(await laptop.sign_in())


async def test_a_rejection_at_the_provider_ends_the_sign_in(laptop: Laptop) -> None:
    laptop.browser.decision = "no"
    with pytest.raises(ClientError, match="rejected in the browser"):
        await laptop.signs_in_browser(await laptop.sign_in())


@pytest.mark.parametrize("suffix", ["/", "/."], ids=str)
async def test_another_spelling_of_the_issuer_is_another_issuer(laptop: Laptop, suffix: str) -> None:
    with pytest.raises(ClientError):
        await laptop.place(issuer=f"{laptop.browser.issuer}{suffix}")
    assert tokens_sent(laptop.network) == []
