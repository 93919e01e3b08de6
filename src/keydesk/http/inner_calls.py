"""Calls the application's own API within a request, with the same middleware, rules and limits as from outside."""

import asyncio
from contextvars import ContextVar
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from keydesk.client.server import ApiRequest, Server
from keydesk.kit.http_client import HttpClient, in_process

_TIMEOUT_SECONDS = 30.0
_OF_CALLER = frozenset({b"host", b"x-forwarded-for", b"user-agent"})
"""Headers of the outer request that the inner one has, too: host names, limits and the audit log use them."""
_outer: ContextVar[Request] = ContextVar("outer_request")


class InnerCalls:
    """An inner request has the caller's address. It must not outlive the outer request."""

    def __init__(self) -> None:
        self._http = HttpClient(_TIMEOUT_SECONDS, transport=in_process(_application))

    async def call(self, outer: Request, address: str, request: ApiRequest, token: str) -> Any:
        """Return the JSON of the API's answer. `address` is Keydesk's. Raises ClientError."""

        async def calling() -> Any:
            _outer.set(outer)
            return await Server(address, self._http).call(request, token)

        # A task of its own, because middleware sets the id and the deadline of the request for the whole task.
        return await asyncio.create_task(calling())

    async def aclose(self) -> None:
        await self._http.aclose()


async def _application(scope: Scope, receive: Receive, send: Send) -> None:
    outer = _outer.get()
    own = [header for header in scope["headers"] if header[0] not in _OF_CALLER]
    of_caller = [header for header in outer.headers.raw if header[0] in _OF_CALLER]
    inherited = {name: outer.scope[name] for name in ("client", "server", "scheme") if name in outer.scope}
    await outer.app({**scope, **inherited, "headers": own + of_caller}, receive, send)
