"""The MCP server at /mcp, for programs that send a person's token. It reads, and changes nothing.

Each request stands for itself: there are no sessions, and no streams that stay open.
"""

import asyncio
from contextvars import Context as EmptyContext
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keydesk.auth.middleware import bearer_token
from keydesk.client.agents.tools import READING, CallApi
from keydesk.client.server import ApiRequest
from keydesk.http.inner_calls import InnerCalls
from keydesk.http.public_address import public_address
from keydesk.http.request_limits import MAX_BODY_BYTES

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager


class AgentServer:
    """`base_url` is the portal's URL. The library `mcp` is imported with the first request, which takes a second."""

    def __init__(self, base_url: str | None) -> None:
        self._base_url = base_url
        self._calls = InnerCalls()
        self._starting = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None

    async def response(self) -> Response:
        """Return the response to the current request."""
        async with self._starting:
            manager = self._manager or await self._started()
        return _ProtocolResponse(manager)

    async def aclose(self) -> None:
        self._stopping.set()
        if self._running is not None:
            await self._running
        await self._calls.aclose()

    async def _started(self) -> "StreamableHTTPSessionManager":
        self._manager = await asyncio.to_thread(self._built)
        started = asyncio.Event()
        # Without the first caller's context: it has the deadline of that request.
        self._running = asyncio.create_task(self._run(self._manager, started), context=EmptyContext())
        await started.wait()
        return self._manager

    def _built(self) -> "StreamableHTTPSessionManager":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415 - slow to import

        from keydesk.client.agents.protocol import mcp_server  # noqa: PLC0415 - slow to import

        server = mcp_server(READING, self._api_of)
        return StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=MAX_BODY_BYTES
        )

    async def _run(self, manager: "StreamableHTTPSessionManager", started: asyncio.Event) -> None:
        async with manager.run():
            started.set()
            await self._stopping.wait()

    def _api_of(self, context: "ServerRequestContext[Any, Any]") -> CallApi:
        request = context.request
        assert isinstance(request, Request)  # noqa: S101 - the library's HTTP transport sets it
        token = bearer_token(request.headers) or ""

        async def call(asked: ApiRequest) -> Any:
            return await self._calls.call(request, public_address(request, self._base_url), asked, token)

        return call


class _ProtocolResponse(Response):
    def __init__(self, manager: "StreamableHTTPSessionManager") -> None:
        super().__init__()
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)
