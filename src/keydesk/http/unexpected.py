"""Turns a defect into a plain 500 problem, inside the other middleware, so that it carries their headers too."""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import Unexpected

_log = structlog.get_logger(__name__)


class UnexpectedErrorMiddleware:
    """Logs the exception; answers unless the answer had already begun, which can only be cut off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_noting_begin(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting_begin)
        except Exception as exc:
            _log.error("unexpected_error", exc_info=exc)
            if begun:
                raise
            await problem_response(Unexpected())(scope, receive, send)
