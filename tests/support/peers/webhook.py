"""A receiver of webhooks that keeps what it gets, and answers with a status that tests choose."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.support.peers.server import Server, running_server


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Receiver:
    """`status` is what it answers. A redirect leads to a page that fails the test's assertions if it is opened."""

    server: Server
    status: int = 200
    posted: list[Posted] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.posted.append(Posted(request.url.path, dict(request.headers), await request.body()))
        headers = {"location": f"{self.server.url}/elsewhere"} if 300 <= self.status < 400 else None
        answer: Response = PlainTextResponse("ok", self.status, headers)
        await answer(scope, receive, send)


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    with running_server() as server:
        receiver = Receiver(server)
        server.application = receiver
        yield receiver
