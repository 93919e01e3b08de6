"""Asks who is calling before anything else of the API is looked at. Closed by default."""

from collections.abc import Collection

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.identity.credentials import bearer_token, cookie_token
from keydesk.identity.origins import refuse_foreign_origin
from keydesk.identity.principal import Principal
from keydesk.identity.verifier import Verifiers
from keydesk.problems import NotSignedIn, Problem


class IdentityMiddleware:
    """Puts the verified principal into `scope["principal"]` and its credential into `scope["token"]`.

    Below `prefix` every path needs one, unless it is listed in `public`; elsewhere (the portal's pages) it
    is None for a stranger, and the pages decide.
    """

    def __init__(self, app: ASGIApp, verifiers: Verifiers, prefix: str, public: Collection[str]) -> None:
        self.app = app
        self.verifiers = verifiers
        self.prefix = prefix
        self.public = frozenset(public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.public:
            await self.app(scope, receive, send)
            return
        try:
            scope["principal"] = await self._principal(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _principal(self, scope: Scope) -> Principal | None:
        headers = Headers(scope=scope)
        is_api = scope["path"].startswith(self.prefix)
        token = bearer_token(headers)
        if token is None:
            token = cookie_token(headers)
            if token is not None:
                refuse_foreign_origin(scope["method"], headers)
        if token is None and not is_api:
            return None
        scope["token"] = SecretStr(token or "")
        try:
            return await self.verifiers.verify(token)
        except NotSignedIn:
            if is_api:
                raise
            return None
