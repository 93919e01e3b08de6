"""A server with scripted responses by path, and the findings of `keydesk doctor` about a configuration."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from keydesk.doctor.examination import examine
from keydesk.doctor.finding import Finding
from keydesk.settings.loading import load_configuration
from tests.support.peers.server import Server, running_server

PAGE = HTMLResponse("<h1>Sign in</h1>")
"""What another server returns at a wrong address."""


@dataclass
class Scripted:
    """`answers` maps a path to the status and the JSON object, or to a whole response. Other paths are 404 pages."""

    server: Server
    answers: dict[str, tuple[int, Any] | Response] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = self.answers.get(Request(scope).url.path, HTMLResponse("<h1>Not here</h1>", 404))
        answer = given if isinstance(given, Response) else JSONResponse(given[1], given[0])
        await answer(scope, receive, send)


@contextmanager
def scripted() -> Iterator[Scripted]:
    with running_server() as server:
        script = Scripted(server)
        server.application = script
        yield script


def findings(**sections: Any) -> dict[str, Finding]:
    """Return the finding of each check."""
    configuration = load_configuration(None, sections, {})
    return {each.check: each for each in asyncio.run(examine(configuration))}
