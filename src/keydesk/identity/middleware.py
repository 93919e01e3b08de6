"""Asks who is calling before anything else of the API is looked at. Closed by default."""

from collections.abc import Collection

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.identity.credentials import bearer_token, cookie_token
from keydesk.identity.origins import refuse_foreign_origin
from keydesk.identity.principal import Person, Principal
from keydesk.identity.verifier import RequestVerifier, Verifiers
from keydesk.problems import NotSignedIn, Problem


class IdentityMiddleware:
    """Puts the verified principal into `scope["principal"]` and its credential into `scope["token"]`.

    Below `prefix` every path needs one, unless it is listed in `public`; elsewhere (the portal's pages) it
    is None for a stranger, and the pages decide. One credential counts, the first there is of: bearer token,
    the word of a trusted proxy (if `proxy` is given), cookie. They are never merged, and a bad one is never
    passed over for the next. The proxy's word comes with an empty token.
    """

    def __init__(
        self,
        app: ASGIApp,
        verifiers: Verifiers,
        prefix: str,
        public: Collection[str],
        proxy: RequestVerifier | None = None,
    ) -> None:
        self.app = app
        self.verifiers = verifiers
        self.prefix = prefix
        self.public = frozenset(public)
        self.proxy = proxy

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
        is_api = scope["path"].startswith(self.prefix)
        try:
            return await self._identified(scope, Headers(scope=scope))
        except NotSignedIn:
            if is_api:
                raise
            return None

    async def _identified(self, scope: Scope, headers: Headers) -> Principal:
        token = bearer_token(headers)
        if token is None:
            person = self._named_by_proxy(scope, headers)
            token = None if person else cookie_token(headers)
            if person or token:
                # A browser sends both without being asked, whichever page makes it.
                refuse_foreign_origin(scope["method"], headers)
            if person:
                scope["token"] = SecretStr("")
                return person
        scope["token"] = SecretStr(token or "")
        return await self.verifiers.verify(token)

    def _named_by_proxy(self, scope: Scope, headers: Headers) -> Person | None:
        client = scope.get("client")
        return self.proxy.verify_request(headers, client[0] if client else None) if self.proxy else None
