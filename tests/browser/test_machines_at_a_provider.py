"""The command line signs in at Keydesk, in a real browser, for people of a certified OpenID provider."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from keydesk.client.places import AtKeydesk
from keydesk.client.server import ApiRequest, Server
from keydesk.client.sign_in import SignIn
from keydesk.client.tokens import Tokens
from keydesk.kit.http_client import HttpClient
from tests.browser.test_openid import claims, clock, folder, issuer, page, portal, provider, sign_in_as
from tests.support.desk.later import Later

__all__ = ["claims", "clock", "folder", "issuer", "page", "portal", "provider"]
pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@dataclass
class Machine:
    """A machine whose person looks at `page`. `said` is what its terminal shows."""

    page: Page
    server: Server
    said: list[str] = field(default_factory=list)
    _visit: asyncio.Task[None] | None = None

    def sign_in(self) -> SignIn:
        return SignIn(AtKeydesk(self.server), self.said.append, self._opens, self._pauses)

    async def sees_machines(self) -> None:
        """Open the list of signed-in machines, after the page of the sign-in itself."""
        if self._visit is not None:
            await self._visit
        await self.page.goto(f"{self.server.address}/machines")

    async def calls(self, tokens: Tokens) -> Any:
        return await self.server.call(ApiRequest("GET", "/user/info"), tokens.access)

    def _opens(self, address: str) -> bool:
        self._visit = asyncio.get_running_loop().create_task(self._confirms(address))
        return True

    async def _pauses(self, _seconds: float) -> None:
        found = re.search(r"Open (\S+) in any browser.*?([A-Z]{4}-[A-Z]{4})", "\n".join(self.said), re.DOTALL)
        assert found is not None, self.said
        await self.page.goto(found[1])
        await self.page.get_by_label("Code").fill(found[2].lower())
        await self.page.get_by_role("button", name="Continue").click()
        await self.page.get_by_role("button", name="Confirm sign-in").click()
        await self.page.wait_for_url("**/machines")

    async def _confirms(self, address: str) -> None:
        await self.page.goto(address)
        await self.page.get_by_role("button", name="Confirm sign-in").click()
        await expect(self.page.get_by_text("Keydesk has your answer.")).to_be_visible()


@pytest.fixture
async def machine(page: Page, portal: str) -> AsyncIterator[Machine]:
    await page.goto("/machines")
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/machines")
    http = HttpClient()
    yield Machine(page, Server(portal, http))
    await http.aclose()


@pytest.mark.parametrize("way", [SignIn.with_browser, SignIn.with_code], ids=["browser", "code"])
async def test_a_machine_signs_in(machine: Machine, clock: Later, way: Callable[[SignIn], Any]) -> None:
    tokens = await way(machine.sign_in())
    assert tokens.person.startswith("user:default/")
    await machine.sees_machines()
    await expect(machine.page.get_by_role("button", name=re.compile("^Sign out .+"))).not_to_have_count(0)
    before = await machine.calls(tokens)
    clock.by += timedelta(minutes=6)
    assert (await machine.calls(tokens))["user_id"] == before["user_id"], "after a check with the provider"
