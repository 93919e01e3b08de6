"""The framework's application, behind a fast lane for what is in memory."""

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from keydesk.http.fast_lane import FastLane


class Application(FastAPI):
    """Without a `lane`, every request goes the whole way."""

    lane: FastLane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.lane is not None and scope["type"] == "http" and await self.lane.answers(scope, send):
            return
        await super().__call__(scope, receive, send)
