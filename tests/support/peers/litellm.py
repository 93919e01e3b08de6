"""The sandbox gateway with a record of all requests, including bodies and queries."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from keydesk_sandbox import Fault, SandboxConfig, create_sandbox
from tests.support.desk.sandbox_control import LOOKED_AT_AFTER_THE_START
from tests.support.peers.server import Server
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES

MASTER_KEY = "sk-recorded-sandbox"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any

    @property
    def is_change(self) -> bool:
        return self.method != "GET"

    def names(self, value: str) -> bool:
        """Return whether exactly this text is a value anywhere in the call."""
        texts = {*self.path.split("/"), *(text for _, text in self.query), *_texts(self.body)}
        return value in texts


class RecordedLiteLLM:
    """`calls` holds all requests since the last `forget`, without those of a start."""

    def __init__(self, gateway: Starlette, upstream: Upstream) -> None:
        self.upstream = upstream
        self.calls: list[Call] = []
        self._gateway = gateway

    def fails_at(self, path: str) -> None:
        """Return 500 for all paths with this prefix, until `recovers`."""
        self._gateway.state.faults.set(Fault(path=path, error_rate=1))

    def recovers(self) -> None:
        self._gateway.state.faults.clear()

    def forget(self) -> None:
        self.calls.clear()

    @property
    def changes(self) -> list[str]:
        """Return the calls that may have changed something, such as `POST /user/new`."""
        return [f"{call.method} {call.path}" for call in self.calls if call.is_change]

    @property
    def new_accounts(self) -> list[str]:
        """Return the user ids of the requested accounts."""
        return [call.body["user_id"] for call in self.calls if call.path == "/user/new"]

    def naming(self, value: str) -> list[Call]:
        return [call for call in self.calls if call.names(value)]

    async def lets_in(self, secret: str) -> bool:
        """Return whether a virtual key can call a model. Not recorded."""
        said = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
        return (await self._post("/v1/chat/completions", secret, said)).status_code == 200

    async def as_administrator(self, path: str, **body: Any) -> None:
        """Change something without Keydesk. Not recorded."""
        (await self._post(path, self.upstream.master_key, body)).raise_for_status()

    async def _post(self, path: str, key: str, body: dict[str, Any]) -> httpx2.Response:
        noted = len(self.calls)
        async with httpx2.AsyncClient(
            base_url=self.upstream.url, trust_env=False, verify=CERTIFICATES
        ) as http:
            answer = await http.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
        del self.calls[noted:]
        return answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = await _content(receive)
        query = tuple(parse_qsl(scope["query_string"].decode()))
        body = json.loads(content) if content else None
        if scope["path"] not in LOOKED_AT_AFTER_THE_START:
            self.calls.append(Call(scope["method"], scope["path"], query, body))
        await self._gateway(scope, _Repeated(content, receive), send)


@asynccontextmanager
async def recorded_litellm(server: Server) -> AsyncIterator[RecordedLiteLLM]:
    """Yield an empty gateway at the server's URL, and remove it afterwards."""
    app = create_sandbox(SandboxConfig(master_key=SecretStr(MASTER_KEY)))
    server.application = recorded = RecordedLiteLLM(app, Upstream("sandbox", server.url, MASTER_KEY))
    try:
        yield recorded
    finally:
        await app.state.store.close()


@dataclass
class _Repeated:
    """Returns the request's body again, for the application behind."""

    content: bytes
    receive: Receive = field(repr=False)
    is_told: bool = False

    async def __call__(self) -> Message:
        if self.is_told:
            return await self.receive()
        self.is_told = True
        return {"type": "http.request", "body": self.content, "more_body": False}


async def _content(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content


def _texts(value: Any) -> Iterator[str]:
    """Return every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
