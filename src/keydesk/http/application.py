"""The framework's application, behind a fast lane for what is in memory; a start that cannot be is told in a line."""

import structlog
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from keydesk.http.fast_lane import FastLane
from keydesk.kit.startup_error import StartupError

_log = structlog.get_logger(__name__)


class Application(FastAPI):
    """Without a `lane`, every request goes the whole way."""

    lane: FastLane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.lane is not None and scope["type"] == "http" and await self.lane.answers(scope, send):
            return
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop. The framework would tell the server a traceback of hundreds of lines."""
        untold: list[Message] = []

        async def send_but_failures(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                untold.append(message)
            else:
                await send(message)

        try:
            await super().__call__(scope, receive, send_but_failures)
        except StartupError as failure:
            _log.error("cannot_start", reason=failure.reason, remedy=failure.remedy)
            await send({"type": "lifespan.startup.failed", "message": ""})
        except BaseException:
            for message in untold:
                await send(message)
            raise
