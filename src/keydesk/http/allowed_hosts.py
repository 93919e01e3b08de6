"""Rejects requests whose Host header is not an allowed host name. This prevents DNS rebinding."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.kit.messages import message
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import MalformedRequest, Problem, UntrustedOrigin


class AllowedHosts:
    """The allowed host names. `*` allows every name. Ports are ignored."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(name.lower() for name in names)
        self._allows_all = "*" in self._names

    def include(self, host: str) -> bool:
        """Return whether the value of a Host header is allowed."""
        if self._allows_all:
            return True
        host = host.lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return name.strip("[]") in self._names


class AllowedHostsMiddleware:
    def __init__(self, app: ASGIApp, allowed: AllowedHosts) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and sum(name == b"host" for name, _ in scope["headers"]) > 1:
            # A proxy in front of Keydesk may have used the other one.
            problem: Problem = MalformedRequest(message("The request has more than one Host header."))
            await problem_response(problem)(scope, receive, send)
            return
        if scope["type"] != "http" or self.allowed.include(Headers(scope=scope).get("host", "")):
            await self.app(scope, receive, send)
            return
        problem = UntrustedOrigin(
            message("This host name is not allowed."),
            hint=message("Add the host name to server.allowedHosts."),
        )
        await problem_response(problem)(scope, receive, send)
