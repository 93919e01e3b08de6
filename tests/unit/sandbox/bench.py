"""Runs a sandbox with a movable clock, with short methods for its calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from starlette.applications import Starlette

from keydesk_sandbox import Faults, SandboxConfig, create_sandbox
from keydesk_sandbox.journal import Journal

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MASTER = "sk-sandbox-master"


@dataclass
class MovableClock:
    """A fixed clock that a test advances."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class Bench:
    """A running sandbox and a client of it."""

    app: Starlette
    clock: MovableClock
    http: httpx2.AsyncClient = field(repr=False)

    @property
    def faults(self) -> Faults:
        found: Faults = self.app.state.faults
        return found

    @property
    def journal(self) -> Journal:
        found: Journal = self.app.state.journal
        return found

    async def call(self, method: str, path: str, key: str = MASTER, **sent: Any) -> httpx2.Response:
        return await self.http.request(method, path, headers={"Authorization": f"Bearer {key}"}, **sent)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.call("GET", path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.call("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def person(self, user_id: str = "alice", **fields: Any) -> None:
        await self.post("/user/new", user_id=user_id, auto_create_key=False, **fields)

    async def key(self, **fields: Any) -> str:
        secret: str = (await self.post("/key/generate", **fields))["key"]
        return secret

    async def chat(self, key: str, model: str = "premium-xl", **more: Any) -> httpx2.Response:
        messages = [{"role": "user", "content": "hello"}]
        body = {"model": model, "messages": messages, **more}
        return await self.call("POST", "/v1/chat/completions", key, json=body)


@asynccontextmanager
async def bench_with(**settings: Any) -> AsyncIterator[Bench]:
    """Run a sandbox with these settings; spend becomes visible a second after a call."""
    clock = settings.setdefault("clock", MovableClock())
    settings.setdefault("spend_delay_seconds", 1)
    app = create_sandbox(SandboxConfig(**settings))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as http,
    ):
        yield Bench(app, clock, http)
