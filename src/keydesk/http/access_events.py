"""Tells the witness of everybody who comes to the API, once it is clear who they are. Changes no answer."""

from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.audit.access_events import AccessEventRecorder
from keydesk.kit.request_context import current_request

MISSING_PERMISSION = "missing_permission"
"""The member of the scope in which the problem handler leaves the name of a permission somebody lacked."""
_UNAUTHORIZED = 401


class AccessEventMiddleware:
    """Stands outside of `IdentityMiddleware`, whose findings it reads from the scope."""

    def __init__(self, app: ASGIApp, witness: AccessEventRecorder) -> None:
        self.app = app
        self.witness = witness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_witnessed(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._witnessed(scope, message["status"])
            await send(message)

        await self.app(scope, receive, send_witnessed)

    async def _witnessed(self, scope: Scope, status: int) -> None:
        principal = scope.get("principal")
        if principal is not None:
            token: SecretStr = scope.get("token", SecretStr(""))
            await self.witness.arrived(principal, token.get_secret_value())
        if principal is not None and MISSING_PERMISSION in scope:
            await self.witness.refused(principal, scope[MISSING_PERMISSION])
        if status == _UNAUTHORIZED:
            await self.witness.not_signed_in(current_request().source)
