"""The command line of a person's machine, and the portal where the person confirms its sign-in."""

import asyncio
import re
import secrets
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from keydesk.client.places import AtKeydesk
from keydesk.client.profiles import Home, Profile
from keydesk.client.server import Server
from keydesk.client.session import Session
from keydesk.client.sign_in import SignIn
from keydesk.client.token_store import FileStore
from keydesk.client.tokens import Tokens
from keydesk.kit.http_client import HttpClient
from tests.api.sign_in.terminal import fields_on, leads_to
from tests.support.desk.desk import ADDRESS, Desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client

_CODE = re.compile(r"^ +([A-Z]{4}-[A-Z]{4})$", re.MULTILINE)


@dataclass
class Laptop:
    """Jane's machine. `home` is the folder of its files, and `said` what it told her."""

    http: HttpClient = field(repr=False)
    jane: PortalVisitor = field(repr=False)
    home: Home
    said: list[str] = field(default_factory=list)
    decision: str = "confirm"

    @property
    def server(self) -> Server:
        return Server(ADDRESS, self.http)

    def sign_in(self) -> SignIn:
        return SignIn(AtKeydesk(self.server), self.said.append, self.opens_browser, self.pauses)

    def session(self, tokens: Tokens, name: str = "default") -> Session:
        """Return the session of a profile with these tokens."""
        store = FileStore(self.home.tokens_file(name))
        store.save(tokens)
        profile = Profile(name, ADDRESS, tokens.person, store.kind)
        self.home.save(profile)
        return Session(self.home, profile, store, self.http)

    async def pauses(self, _seconds: float) -> None:
        """Jane reads the code while the machine waits, and answers in the portal."""
        found = _CODE.search("\n".join(self.said))
        assert found is not None, self.said
        await self.answers(f"/device?code={found[1]}")

    def opens_browser(self, address: str) -> bool:
        self._visit = asyncio.get_running_loop().create_task(self.follows(address))
        return True

    async def follows(self, address: str) -> None:
        """Answer in the browser, which then goes to the port of the machine."""
        parts = urlsplit(address)
        page = await self.answers(f"{parts.path}?{parts.query}")
        await asyncio.to_thread(lambda: urllib.request.urlopen(leads_to(page)).close())  # noqa: S310 - a loopback port

    async def answers(self, path: str) -> httpx2.Response:
        page = await self.jane.get(path)
        assert page.status_code == 200, page.text
        form = fields_on(page) | {"decision": self.decision}
        return await self.jane.http.post(urlsplit(path).path, data=form, headers={"Origin": ADDRESS})


@pytest.fixture
async def laptop(desk: Desk, scene: Scene, tmp_path: Path) -> AsyncIterator[Laptop]:
    # An address of its own, because sign-ins of one address are limited.
    address = f"127.0.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
    http = HttpClient(transport=httpx2.ASGITransport(desk.app, client=(address, 123)))
    async with portal_client(desk.app) as browser:
        jane = PortalVisitor(browser)
        await jane.sign_in(scene.user_id("jane"))
        yield Laptop(http, jane, Home(tmp_path / "home"))
    await http.aclose()
