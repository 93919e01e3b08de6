"""Gives every request the time it may spend waiting for others. What the time is up for, they themselves say."""

from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.kit.deadline import limited_to


class TimeLimitMiddleware:
    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with limited_to(self.seconds if scope["type"] == "http" else None):
            await self.app(scope, receive, send)
