"""Records API access, denied permissions and failed sign-ins in the audit log. Does not change responses."""

from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.audit.access_events import AccessEventRecorder
from keydesk.kit.request_context import current_request

MISSING_PERMISSION = "missing_permission"
"""The key in the ASGI scope under which the problem handler stores the missing permission."""
_UNAUTHORIZED = 401


class AccessEventMiddleware:
    """Wraps `IdentityMiddleware` and reads the principal that it puts into the ASGI scope."""

    def __init__(self, app: ASGIApp, recorder: AccessEventRecorder) -> None:
        self.app = app
        self.recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._record(scope, message["status"])
            await send(message)

        await self.app(scope, receive, send_recorded)

    async def _record(self, scope: Scope, status: int) -> None:
        principal = scope.get("principal")
        if principal is not None:
            token: SecretStr = scope.get("token", SecretStr(""))
            await self.recorder.arrived(principal, token.get_secret_value())
        if principal is not None and MISSING_PERMISSION in scope:
            await self.recorder.refused(principal, scope[MISSING_PERMISSION])
        if status == _UNAUTHORIZED:
            await self.recorder.not_signed_in(current_request().source)
