"""The real Backstage of these tests, its catalog as a directory, and its signed-in users.

Its catalog is that of the project's test Backstage: jane (litellm-admins, litellm-team-admins), bob (in no group),
newbie (ai-power-users, a child of ai-parent). Its policy allows everything, unless it was started to deny a
permission, which KEYDESK_TEST_BACKSTAGE_DENIED then contains, such as `bob=litellm.key.create`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.auth.backstage_permissions import BackstagePermissions
from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.kit.clock import utc_now
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person, VerifiedCaller
from tests.support.required import missing, variable

SignIn = Callable[[str], Awaitable[VerifiedCaller]]


@dataclass(frozen=True)
class Backstage:
    """Its URL, and the static external-access token."""

    url: str
    token: SecretStr = field(repr=False)


@dataclass(frozen=True)
class Denial:
    name: str
    permission: str


@pytest.fixture(scope="session")
def backstage() -> Backstage:
    url, token = variable("KEYDESK_TEST_BACKSTAGE_URL"), variable("KEYDESK_TEST_BACKSTAGE_TOKEN")
    return Backstage(url.rstrip("/"), SecretStr(token))


@pytest.fixture(scope="session")
def denial() -> Denial:
    """Return the permission that Backstage's policy denies."""
    name, _, permission = variable("KEYDESK_TEST_BACKSTAGE_DENIED").partition("=")
    if not permission:
        missing("KEYDESK_TEST_BACKSTAGE_DENIED has no permission (as bob=litellm.key.create)")
    return Denial(name, permission)


@pytest.fixture
async def http_client() -> AsyncIterator[HttpClient]:
    http_client = HttpClient(timeout_seconds=30)
    yield http_client
    await http_client.aclose()


@pytest.fixture
async def directory(backstage: Backstage, http_client: HttpClient) -> AsyncIterator[BackstageDirectory]:
    directory = BackstageDirectory(
        CachedCatalog(Catalog(http_client, backstage.url, backstage.token), utc_now)
    )
    yield directory
    await directory.aclose()


@pytest.fixture
async def permissions(backstage: Backstage, http_client: HttpClient) -> AsyncIterator[BackstagePermissions]:
    permissions = BackstagePermissions(http_client, backstage.url, utc_now)
    yield permissions
    await permissions.aclose()


@pytest.fixture
def sign_in(backstage: Backstage, http_client: HttpClient) -> SignIn:
    """Sign in a catalog user at Backstage's test provider, which uses the real catalog."""

    async def signed_in(name: str) -> VerifiedCaller:
        headers = {"x-test-user": name, "x-requested-with": "XMLHttpRequest"}
        reply = await http_client.post(f"{backstage.url}/api/auth/test/refresh", {}, headers=headers)
        assert reply.status == 200
        identity = reply.json["backstageIdentity"]
        return VerifiedCaller(
            Person(identity["identity"]["userEntityRef"].lower()), SecretStr(identity["token"])
        )

    return signed_in


@pytest.fixture
def plugin_tokens(
    backstage: Backstage, http_client: HttpClient, sign_in: SignIn
) -> Callable[[str], Awaitable[Any]]:
    """Return the tokens with which a Backstage plugin that acts for jane would call another plugin."""

    async def tokens(target: str) -> Any:
        jane = await sign_in("jane")
        reply = await http_client.get(
            f"{backstage.url}/api/debug/tokens",
            headers={"Authorization": f"Bearer {jane.token.get_secret_value()}"},
            params={"target": target},
        )
        assert reply.status == 200
        return reply.json

    return tokens
