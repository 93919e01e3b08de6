"""The ASGI layer in front of the gateway: counts every call and applies the faults."""

import asyncio
import json

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.faults import Fault, Faults
from keydesk_sandbox.journal import Journal

CONTROL = "/sandbox/"
"""Paths of the sandbox itself: never counted, never faulty."""


class Interference:
    """Middleware; calls to `/sandbox/...` are not affected."""

    def __init__(self, app: ASGIApp, journal: Journal, faults: Faults) -> None:
        self._app = app
        self._journal = journal
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        self._journal.note(scope["method"], scope["path"])
        fault = self._faults.for_path(scope["path"])
        response = None if fault is None else await self._disturb(fault, receive)
        if response is None:
            await self._app(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _disturb(self, fault: Fault, receive: Receive) -> Response | None:
        delay = self._faults.delay(fault)
        if delay > 0:
            await asyncio.sleep(delay)
        if fault.outage == "hang":
            await _until_disconnect(receive)
        if fault.outage is not None:
            return _failure(fault.model_copy(update={"status": 503, "body": "html"}))
        return _failure(fault) if self._faults.strikes(fault) else None


def _failure(fault: Fault) -> Response:
    headers = {} if fault.retry_after_seconds is None else {"retry-after": str(fault.retry_after_seconds)}
    text = json.dumps(ProxyError(fault.status, "Fault of the sandbox", "sandbox_fault").body())
    if fault.body == "html":
        page = f"<html><head><title>{fault.status}</title></head><body><h1>{fault.status}</h1></body></html>"
        return Response(page, fault.status, headers, "text/html")
    if fault.body == "truncated":
        return Response(text[: len(text) // 2], fault.status, headers, "application/json")
    status = 200 if fault.body == "ok_with_error" else fault.status
    return Response(text, status, headers, "application/json")


async def _until_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects. Its data is ignored."""
    while (await receive())["type"] != "http.disconnect":
        pass
