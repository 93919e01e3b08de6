"""A key desk under its lifespan, and the people who come to it. Speaks ASGI, without a network in between."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from fastapi import FastAPI

from keydesk.app import API, create_app
from keydesk.kit.clock import Clock, utc_now
from keydesk.settings import Settings
from tests.support.upstream.making import Person

ADDRESS = "http://localhost"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the desk, signed in or not. Paths are those below `/api/litellm`."""

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
        """The JSON at a path that is expected to be there."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def issue(self, alias: str, **fields: Any) -> dict[str, Any]:
        """A new key that is expected to be granted, with a budget of five dollars unless `fields` say otherwise."""
        answer = await self.post("/keys/generate", **{"alias": alias, "max_budget": 5.0} | fields)
        assert answer.status_code == 200, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    async def key(self, key_id: str) -> dict[str, Any]:
        """A key of the visitor's as `/keys` shows it."""
        (found,) = [key for key in await self.read("/keys") if key["token"] == key_id]
        shown: dict[str, Any] = found
        return shown


@dataclass(frozen=True)
class Desk:
    """A running key desk. `app` is its ASGI application, `http` calls it without any credential."""

    app: FastAPI
    settings: Settings
    http: httpx2.AsyncClient = field(repr=False)

    async def sign_in(self, user_id: str) -> Visitor:
        """A sample person with a token of the demo sign-in, and possibly without an account."""
        answer = await self.http.post(f"{API}/demo/sign-in", json={"person": user_id})
        assert answer.status_code == 200, answer.text
        person = Person(user_id, f"{user_id}@example.com")
        return Visitor(self.http, person, answer.json()["token"])

    def welcome(self, visitor: Visitor) -> Visitor:
        """The same person with the same token, at this desk instead of another."""
        return replace(visitor, http=self.http)

    def stranger(self, token: str | None = None) -> Visitor:
        """Somebody whom nobody knows."""
        return Visitor(self.http, Person("stranger", ""), token)


SignIn = Callable[[str], Awaitable[Visitor]]
"""Signs in one of this test's people by name, such as `jane`."""
OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]
"""Opens a desk with changes to the tests' configuration."""


@asynccontextmanager
async def open_desk(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Desk]:
    """Start the key desk, close it at the end."""
    app = create_app(settings, clock=clock)
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http,
    ):
        yield Desk(app, settings, http)


def origin_of_our_own() -> dict[str, str]:
    """The header by which a browser says that a change came from a page of ours."""
    return {"Origin": ADDRESS}
