"""The issuer of a platform's tokens on loopback, with the endpoint at which a job of GitHub Actions asks for one."""

import time
import uuid
from functools import cache
from typing import Any

from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tests.support.peers.server import Server
from tests.unit.auth.tokens import published, rsa_key, signed

REQUEST_TOKEN = "the-runner's-own-token"
SUBJECT = "repo:acme/shop:ref:refs/heads/main"


class WorkloadIssuer:
    """`claims` are those of every job, which each token can change."""

    def __init__(self, server: Server) -> None:
        self.issuer = f"{server.url}/actions"
        self.claims: dict[str, Any] = {
            "sub": SUBJECT,
            "repository": "acme/shop",
            "repository_owner": "acme",
            "ref": "refs/heads/main",
            "run_id": "4711",
            "run_attempt": "1",
        }
        self.fetched = 0
        self._router = Router(
            [
                Route("/actions/.well-known/openid-configuration", self._discovery),
                Route("/actions/keys", self._keys),
                Route("/request", self._request),
            ]
        )
        self.request_url = f"{server.url}/request?api-version=2.0"
        server.application = self

    def rule(self, team_id: str, **changes: Any) -> dict[str, Any]:
        """Return a rule of Keydesk for the main branch of a repository."""
        return {
            "name": f"shop-{uuid.uuid4().hex[:8]}",
            "issuer": self.issuer,
            "audience": "http://localhost",
            "claims": {"repository": "acme/shop", "ref": "refs/heads/main"},
            "team": team_id,
            "max_budget": 2.0,
        } | changes

    def token(self, audience: str = "http://localhost", **claims: Any) -> str:
        """Return a token of a job, valid for ten minutes."""
        now = int(time.time())
        times = {"iat": now, "nbf": now - 5, "exp": now + 600, "jti": uuid.uuid4().hex}
        said = {"iss": self.issuer, "aud": audience} | times | self.claims | claims
        return signed(_key(), {"typ": "JWT", "alg": "RS256", "kid": _key().kid}, said)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    async def _discovery(self, _: Request) -> Response:
        self.fetched += 1
        return JSONResponse({"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(published(_key()))

    async def _request(self, request: Request) -> Response:
        """Return a token for an audience to the runner of a job, as GitHub does."""
        is_runner = request.headers.get("authorization") == f"Bearer {REQUEST_TOKEN}"
        if not is_runner or request.query_params.get("api-version") != "2.0":
            return JSONResponse({"message": "not authorized"}, status_code=401)
        return JSONResponse({"count": 1, "value": self.token(request.query_params["audience"])})


@cache
def _key() -> RSAKey:
    return rsa_key("actions-1")
