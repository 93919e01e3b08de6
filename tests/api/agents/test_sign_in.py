"""The library's own OAuth client finds the sign-in from the answer of /mcp, and gets a token that works there.

It redirects to `localhost`, as Claude Code does.
"""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.api.agents.conftest import told
from tests.api.sign_in.terminal import fields_on, leads_to
from tests.support.desk.desk import ADDRESS, Desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio

REDIRECT = "http://localhost:57150/callback"


@dataclass
class Program:
    """A program with the name of the only client, and the browser of its person."""

    browser: PortalVisitor = field(repr=False)
    tokens: OAuthToken | None = None
    answer: dict[str, str] = field(default_factory=dict)

    def auth(self) -> OAuthClientProvider:
        metadata = OAuthClientMetadata(redirect_uris=[AnyUrl(REDIRECT)], token_endpoint_auth_method="none")
        return OAuthClientProvider(f"{ADDRESS}/mcp", metadata, self, self.opens, self.answered)

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return OAuthClientInformationFull(
            client_id="keydesk-cli", redirect_uris=[AnyUrl(REDIRECT)], token_endpoint_auth_method="none"
        )

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise AssertionError(client_info)

    async def opens(self, address: str) -> None:
        """Confirm in the browser, which then leads back to the program."""
        parts = urlsplit(address)
        page = await self.browser.get(f"{parts.path}?{parts.query}")
        assert REDIRECT in page.text
        form = fields_on(page) | {"decision": "confirm"}
        last = await self.browser.http.post(parts.path, data=form, headers={"Origin": ADDRESS})
        self.answer = dict(parse_qsl(urlsplit(leads_to(last)).query))

    async def answered(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**self.answer)


async def test_a_program_signs_in_with_the_metadata(desk: Desk, scene: Scene) -> None:
    async with portal_client(desk.app) as browser:
        jane = PortalVisitor(browser)
        await jane.sign_in(scene.user_id("jane"))
        program = Program(jane)
        transport = httpx2.ASGITransport(desk.app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url=ADDRESS, auth=program.auth()) as http,
            Client(streamable_http_client(f"{ADDRESS}/mcp", http_client=http)) as client,
        ):
            assert (await told(client, "who_am_i"))["account"] == scene.user_id("jane")
        assert program.tokens is not None
        assert program.tokens.access_token.startswith("kda_")
        assert "MCP client" in (await jane.get("/machines")).text
