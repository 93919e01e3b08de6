"""A program on a person's machine: it asks for codes and tokens, and calls the API with them."""

import html
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from keydesk.app import API
from tests.api.sign_in.person import SignedInPerson
from tests.support.desk.desk import ADDRESS
from tests.support.desk.later import Later
from tests.support.desk.portal import token_on

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT = "http://127.0.0.1:50123/callback"
_LEADS_TO = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@dataclass
class Terminal:
    """`verifier` and `state` are those of its sign-in with a redirect."""

    http: httpx2.AsyncClient = field(repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    async def sends(self, path: str, **fields: str) -> httpx2.Response:
        return await self.http.post(f"/oauth/{path}", data={"client_id": "keydesk-cli"} | fields)

    async def asks_for_codes(self, name: str = "jane's laptop") -> dict[str, Any]:
        answer = await self.sends("device_authorization", machine_name=name)
        assert answer.status_code == 200, answer.text
        codes: dict[str, Any] = answer.json()
        return codes

    async def polls(self, codes: dict[str, Any]) -> httpx2.Response:
        return await self.sends("token", grant_type=DEVICE_GRANT, device_code=codes["device_code"])

    async def exchanges(self, code: str, **changes: str) -> httpx2.Response:
        fields = {"code": code, "redirect_uri": REDIRECT, "code_verifier": self.verifier} | changes
        return await self.sends("token", grant_type="authorization_code", **fields)

    async def refreshes(self, tokens: dict[str, Any]) -> httpx2.Response:
        return await self.sends("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    async def keeps_refreshing(
        self, tokens: dict[str, Any], clock: Later, every: timedelta, times: int
    ) -> dict[str, Any]:
        """Return the newest tokens."""
        for _ in range(times):
            clock.by += every
            answer = await self.refreshes(tokens)
            assert answer.status_code == 200, answer.text
            tokens = answer.json()
        return tokens

    async def calls(self, token: str, path: str = "/config") -> httpx2.Response:
        return await self.http.get(f"{API}{path}", headers={"Authorization": f"Bearer {token}"})

    def address(self, **changes: str | None) -> str:
        """Return the address that it opens in the browser."""
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "keydesk-cli",
            "redirect_uri": REDIRECT,
            "state": self.state,
            "code_challenge": create_s256_code_challenge(self.verifier),  # type: ignore[no-untyped-call]
            "code_challenge_method": "S256",
            "machine_name": "jane's laptop",
        }
        sent = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"/oauth/authorize?{urlencode(sent)}"


async def answers(person: SignedInPerson, address: str, decision: str = "confirm") -> httpx2.Response:
    """Open a page that asks to confirm a sign-in, and click one of its buttons."""
    page = await person.http.get(address)
    assert page.status_code == 200, page.text
    form = fields_on(page) | {"decision": decision}
    path = urlsplit(address).path
    return await person.http.post(path, data=form, headers={"Origin": ADDRESS})


def fields_on(page: httpx2.Response) -> dict[str, str]:
    """Return the hidden fields of the page's own form."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', main)
    return {name: html.unescape(value) for name, value in found} | {"csrf": token_on(page)}


def leads_to(page: httpx2.Response) -> str:
    """Return the address to which a page leads."""
    found = _LEADS_TO.search(page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


async def confirms(person: SignedInPerson, address: str) -> httpx2.Response:
    """Confirm a sign-in, and sign in at the provider for it."""
    page = await answers(person, address)
    return await person.http.get(person.provider.answer_to(leads_to(page), person.name))


async def signs_in_device(terminal: Terminal, person: SignedInPerson) -> dict[str, Any]:
    """Return the tokens of a machine that the person signs in with a code."""
    codes = await terminal.asks_for_codes()
    done = await confirms(person, f"/device?code={codes['user_code']}")
    assert done.status_code == 303, done.text
    answer = await terminal.polls(codes)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


async def code_for(terminal: Terminal, person: SignedInPerson) -> str:
    """Return the authorization code that the person's browser takes to the terminal."""
    back = urlsplit(leads_to(await confirms(person, terminal.address())))
    answer = parse_qs(back.query)
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT
    assert (answer["state"], answer["iss"]) == ([terminal.state], [ADDRESS])
    return answer["code"][0]


def error_in(answer: httpx2.Response) -> str:
    assert answer.status_code == 400, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])
