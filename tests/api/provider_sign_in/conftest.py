"""The command line of a person's machine, a Keydesk, and the certified provider at which people sign in."""

import asyncio
import json
import re
import urllib.request
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.client.places import AtProvider
from keydesk.client.profiles import Home, Profile
from keydesk.client.provider import Provider
from keydesk.client.provider_client import ProviderClient
from keydesk.client.server import Server
from keydesk.client.session import Session
from keydesk.client.sign_in import SignIn
from keydesk.client.token_store import FileStore
from keydesk.client.tokens import Tokens
from keydesk.client.way_in import SignedIn
from keydesk.kit.http_client import HttpClient
from tests.api.provider_sign_in.browser import Browser
from tests.api.sign_in.terminal import DEVICE_GRANT
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, open_desk
from tests.support.peers.openid import OpenIdProvider, running_openid_provider
from tests.support.upstream.address import Upstream

PEOPLE = {
    f"sub-{name}": {"preferred_username": name, "email": f"{name}@example.com", "email_verified": True}
    for name in ("nia", "noor", "ned")
}
_CODE = re.compile(r"^ +([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


class Network(httpx2.AsyncBaseTransport):
    """Keydesk over ASGI, and everything else over the network. `sent` are the requests to others than Keydesk."""

    def __init__(self, desk: Desk) -> None:
        self._keydesk = httpx2.ASGITransport(desk.app)
        self._others = httpx2.AsyncHTTPTransport()
        self.sent: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if str(request.url).startswith(f"{ADDRESS}/"):
            return await self._keydesk.handle_async_request(request)
        self.sent.append(request)
        return await self._others.handle_async_request(request)

    async def aclose(self) -> None:
        await self._others.aclose()


@dataclass
class Laptop:
    """Nia's machine. `said` is what it told her, and `decision` what she does with a code.

    `follows` is what happens in the browser instead of a sign-in.
    """

    http: HttpClient = field(repr=False)
    network: Network = field(repr=False)
    browser: Browser
    home: Home
    said: list[str] = field(default_factory=list)
    decision: str = "confirm"
    follows: Callable[[str], Coroutine[Any, Any, None]] | None = None

    @property
    def server(self) -> Server:
        return Server(ADDRESS, self.http)

    async def client(self) -> ProviderClient:
        named = (await self.server.metadata()).provider
        assert named is not None
        return named

    async def place(self, address: str = ADDRESS, **changes: Any) -> AtProvider:
        """Return the provider's place for a server, with changes to the client that the server names."""
        named = await self.client()
        fields = {name: getattr(named, name) for name in ProviderClient.__slots__}
        provider = Provider(ProviderClient(**fields | changes), self.http)
        return AtProvider(provider, await provider.offer(), address)

    async def sign_in(self, address: str = ADDRESS, **changes: Any) -> SignIn:
        place = await self.place(address, **changes)
        return SignIn(place, self.said.append, self.opens_browser, self.pauses)

    async def signs_in_browser(self, sign_in: SignIn) -> Tokens:
        """Sign in, and fail with what the browser saw if it never comes back."""
        waiting = asyncio.create_task(sign_in.with_browser())
        done, _ = await asyncio.wait({waiting}, timeout=10)
        if not done:
            waiting.cancel()
            await self._visit
        return await waiting

    async def signed_in(self) -> SignedIn:
        return SignedIn(await (await self.sign_in()).with_code(), await self.client())

    def session(self, found: SignedIn, name: str = "default") -> Session:
        store = FileStore(self.home.tokens_file(name))
        store.save(found.tokens)
        profile = Profile(name, ADDRESS, found.tokens.person, store.kind, found.provider)
        self.home.save(profile)
        return Session(self.home, profile, store, self.http)

    async def pauses(self, _seconds: float) -> None:
        """The person reads the code while the machine waits, and answers at the provider."""
        found = _CODE.search(self.said[-1])
        assert found is not None, self.said
        if self.decision != "wait":
            await self.browser.answers_device(found[1], self.decision)

    def opens_browser(self, address: str) -> bool:
        self._visit = asyncio.get_running_loop().create_task((self.follows or self.comes_back)(address))
        return True

    async def comes_back(self, address: str) -> None:
        """Sign in at the provider, and let it send the browser back to the machine."""
        back = await self.browser.answer_to(address)
        await asyncio.to_thread(visit, back)

    async def asks_for_code(self, client_id: str = "keydesk-cli") -> dict[str, Any]:
        status, codes = await self.sends("device/auth", client_id=client_id, scope="openid offline_access")
        assert status == 200, codes
        return codes

    async def polls(self, codes: dict[str, Any], client_id: str = "keydesk-cli") -> tuple[int, str | None]:
        """Return the status and the error."""
        fields = {"grant_type": DEVICE_GRANT, "device_code": codes["device_code"], "client_id": client_id}
        status, answer = await self.sends("token", **fields)
        return status, answer.get("error")

    async def sends(self, endpoint: str, **fields: str) -> tuple[int, dict[str, Any]]:
        """Send a form to the provider as the command line, or as anybody."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            data = {"client_id": "keydesk-cli", **fields}
            answer = await http.post(f"{self.browser.issuer}/{endpoint}", data=data)
            return answer.status_code, answer.json() if answer.content else {}


def rules_of(issuer: str) -> dict[str, Any]:
    """Return the rule of a Keydesk whose people sign in at the provider."""
    rule = {"issuer": issuer, "audiences": ["keydesk"], "authorized_parties": ["keydesk-cli"]}
    return {**rule, "command_line": {"client_id": "keydesk-cli"}}


def visit(address: str) -> None:
    """Open an address on a port of this machine."""
    urllib.request.urlopen(address).close()  # noqa: S310 - a loopback port


def tokens_sent(network: Network) -> list[str]:
    """Return the paths of the provider that got forms."""
    return [request.url.path for request in network.sent if request.method == "POST"]


@pytest.fixture(scope="session")
def certified() -> Iterator[OpenIdProvider]:
    with running_openid_provider(ADDRESS, {"ACCOUNTS": json.dumps(PEOPLE)}) as provider:
        yield provider


@pytest.fixture(scope="session")
async def keydesk(
    sandbox: Upstream, certified: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """A Keydesk that names the provider's public client, and also confirms sign-ins itself."""
    surroundings = Surroundings(sandbox, f"sqlite:///{tmp_path_factory.mktemp('provider') / 'keydesk.db'}")
    oidc = [rules_of(certified.issuer)]
    settings = surroundings.settings(identity={"oidc": oidc}, directory={"claims": True})
    async with open_desk(settings) as desk:
        yield desk


@pytest.fixture
async def browser(certified: OpenIdProvider) -> AsyncIterator[Browser]:
    async with httpx2.AsyncClient(trust_env=False) as http:
        yield Browser(http, certified.issuer)


@pytest.fixture
async def laptop(keydesk: Desk, browser: Browser, tmp_path: Path) -> AsyncIterator[Laptop]:
    network = Network(keydesk)
    http = HttpClient(transport=network)
    yield Laptop(http, network, browser, Home(tmp_path / "home"))
    await http.aclose()


def expired(tokens: Tokens) -> Tokens:
    """Return the tokens as if the access token had expired."""
    return Tokens(tokens.access, tokens.refresh, 0.0, tokens.person, tokens.subject)
