"""Answers only for the host names it is known by, so that a foreign name pointed at this address gets nothing."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.problems import MalformedRequest, Problem, UntrustedOrigin


class AllowedHostsMiddleware:
    """`*` allows every name; ports are not compared."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self.app = app
        self.allowed = frozenset(host.lower() for host in allowed_hosts)
        self.allows_all = "*" in self.allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and sum(name == b"host" for name, _ in scope["headers"]) > 1:
            # Whoever is in front of us may have believed the other one.
            problem: Problem = MalformedRequest("The request names more than one host.")
            await problem_response(problem)(scope, receive, send)
            return
        if scope["type"] != "http" or self.allows_all or self._host(scope) in self.allowed:
            await self.app(scope, receive, send)
            return
        problem = UntrustedOrigin(
            "The key desk is not known by this host name.", hint="Add it to server.allowedHosts."
        )
        await problem_response(problem)(scope, receive, send)

    @staticmethod
    def _host(scope: Scope) -> str:
        host = Headers(scope=scope).get("host", "").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return name.strip("[]")
