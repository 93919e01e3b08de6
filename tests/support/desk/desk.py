"""A Keydesk within its lifespan, and its callers, over ASGI without a network."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from fastapi import FastAPI

from keydesk.app import API, create_app
from keydesk.kit.clock import Clock, utc_now
from keydesk.settings import Settings
from tests.support.desk.migrated import migrated
from tests.support.upstream.making import Person

ADDRESS = "http://localhost"


@dataclass(frozen=True)
class Visitor:
    """A caller, signed in or not. Paths are those below `/api/litellm`."""

    http: httpx2.AsyncClient = field(repr=False)
    person: Person
    token: str | None = field(repr=False)

    @property
    def user_id(self) -> str:
        return self.person.user_id

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        return await self.call("GET", path, params=query or None)

    async def post(self, path: str, **body: Any) -> httpx2.Response:
        return await self.call("POST", path, json=body)

    async def patch(self, path: str, **body: Any) -> httpx2.Response:
        return await self.call("PATCH", path, json=body)

    async def put(self, path: str, **body: Any) -> httpx2.Response:
        return await self.call("PUT", path, json=body)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.call("DELETE", path)

    async def call(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        headers: dict[str, str] = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= sent.pop("headers", {})
        return await self.http.request(method, f"{API}{path}", headers=headers, **sent)

    async def read(self, path: str, **query: Any) -> Any:
        """Return the JSON at a path, which must exist."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def issue(self, alias: str, **fields: Any) -> dict[str, Any]:
        """Create a key, with a budget of five dollars by default. It must be granted."""
        answer = await self.post("/keys/generate", **{"alias": alias, "max_budget": 5.0} | fields)
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    async def key(self, key_id: str) -> dict[str, Any]:
        """Return a key of the visitor as `/keys` shows it."""
        (found,) = [key for key in await self.read("/keys") if key["token"] == key_id]
        shown: dict[str, Any] = found
        return shown


@dataclass(frozen=True)
class Desk:
    """A running Keydesk. `app` is its ASGI application, `http` calls it without a credential."""

    app: FastAPI
    settings: Settings
    http: httpx2.AsyncClient = field(repr=False)

    async def sign_in(self, user_id: str) -> Visitor:
        """Return a sample person with a token of the demo sign-in, possibly without an account."""
        answer = await self.http.post(f"{API}/demo/sign-in", json={"person": user_id})
        assert answer.status_code == 200, answer.text
        person = Person(user_id, f"{user_id}@example.com")
        return Visitor(self.http, person, answer.json()["token"])

    def welcome(self, visitor: Visitor) -> Visitor:
        """Return the same person with the same token, at this Keydesk."""
        return replace(visitor, http=self.http)

    def stranger(self, token: str | None = None) -> Visitor:
        """A caller whom the directory does not know."""
        return Visitor(self.http, Person("stranger", ""), token)


SignIn = Callable[[str], Awaitable[Visitor]]
"""Signs in one of this test's people by name, such as `jane`."""
OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]
"""Starts Keydesk with changes to the tests' configuration."""


@asynccontextmanager
async def open_desk(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Desk]:
    """Start Keydesk, and close it at the end. A new SQLite database has the newest schema already."""
    migrated(settings.database.url.get_secret_value())
    app = create_app(settings, clock=clock)
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http,
    ):
        yield Desk(app, settings, http)


def origin_of_our_own() -> dict[str, str]:
    """Return the header with which a browser says that a change comes from a Keydesk page."""
    return {"Origin": ADDRESS}
