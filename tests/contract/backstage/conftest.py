"""The real Backstage of these tests, its tokens, and Keydesk's verifier of them.

It is the project's test Backstage: its auth backend accepts a header as a sign-in, and its plugin `debug` shows which
tokens a plugin would send to another one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from keydesk.auth.backstage import BackstageTokens
from keydesk.auth.signed_token import read_token
from keydesk.kit.clock import utc_now
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Principal
from keydesk.settings import BackstageIdentity
from tests.support.required import variable
from tests.support.upstream.certificates import CERTIFICATES

URL = "KEYDESK_TEST_BACKSTAGE_URL"


@dataclass(frozen=True)
class RealBackstage:
    http: httpx2.AsyncClient
    url: str

    async def issuer(self) -> str:
        """Return the `iss` of Backstage's user tokens."""
        return str((await self._json("GET", "/api/auth/.well-known/openid-configuration"))["issuer"])

    async def user_token(self, name: str = "jane") -> str:
        """Return a token of a user in the catalog, as the browser gets it at sign-in."""
        headers = {"x-test-user": name, "x-requested-with": "XMLHttpRequest"}
        signed_in = await self._json("POST", "/api/auth/test/refresh", headers)
        return str(signed_in["backstageIdentity"]["token"])

    async def tokens_of_a_plugin(self, user_token: str, target: str = "litellm") -> dict[str, Any]:
        """Return `onBehalf`, `own` and `limited`: the tokens of the plugin `debug` when that user calls it."""
        headers = {"Authorization": f"Bearer {user_token}"}
        shown = await self._json("GET", f"/api/debug/tokens?target={target}", headers)
        return {kind: shown[kind]["token"] for kind in ("onBehalf", "own", "limited")}

    async def _json(self, method: str, path: str, headers: dict[str, str] | None = None) -> Any:
        answer = await self.http.request(method, path, headers=headers)
        answer.raise_for_status()
        return answer.json()


class Verifying:
    """Keydesk's verifier, with a method for each kind of call."""

    def __init__(self, config: BackstageIdentity, http_client: HttpClient) -> None:
        self.tokens = BackstageTokens(config, http_client, utc_now)

    async def principal(self, text: str) -> Principal | None:
        token = read_token(text)
        assert token is not None
        verified = await self.tokens.examine(token)
        return verified.principal if verified else None


@pytest.fixture(scope="session")
async def backstage() -> AsyncIterator[RealBackstage]:
    url = variable(URL).rstrip("/")
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False, verify=CERTIFICATES) as http:
        yield RealBackstage(http, url)


@pytest.fixture
async def http_client() -> AsyncIterator[HttpClient]:
    http_client = HttpClient()
    yield http_client
    await http_client.aclose()


@pytest.fixture
async def verifying(backstage: RealBackstage, http_client: HttpClient) -> AsyncIterator[Verifying]:
    config = BackstageIdentity(base_url=backstage.url, issuer=await backstage.issuer())
    verifying = Verifying(config, http_client)
    yield verifying
    await verifying.tokens.aclose()
