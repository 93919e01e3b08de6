"""The FastAPI application with a fast lane for cached reads, and with startup errors as one log line.

Keydesk's own server asks the fast lane first. With any other ASGI server, the application does.
"""

import structlog
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from keydesk.http.fast_lane import FastLane
from keydesk.kit.startup_error import StartupError

_log = structlog.get_logger(__name__)


class Application(FastAPI):
    """Without a `lane`, every request takes the middleware and the route."""

    lane: FastLane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        reply = self.lane.answer(scope) if self.lane is not None and scope["type"] == "http" else None
        if reply is None:
            await super().__call__(scope, receive, send)
            return
        headers = [*reply.headers, reply.own_header]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop. For a StartupError, Starlette would log a traceback of hundreds of lines."""
        failures: list[Message] = []

        async def send_but_failures(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                failures.append(message)
            else:
                await send(message)

        try:
            await super().__call__(scope, receive, send_but_failures)
        except StartupError as failure:
            _log.error("cannot_start", reason=failure.reason, remedy=failure.remedy)
            await send({"type": "lifespan.startup.failed", "message": ""})
        except BaseException:
            for message in failures:
                await send(message)
            raise
