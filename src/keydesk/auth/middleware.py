"""Authenticates every request first. Paths require a credential unless they are listed as public."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.auth.csrf import HEADER, is_csrf_token
from keydesk.auth.session_cookie import SESSION, read_cookie
from keydesk.auth.sessions import Session
from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS
from keydesk.auth.verifier import RequestVerifier, Verifiers
from keydesk.kit.messages import message
from keydesk.kit.origins import SAFE_METHODS, Origins
from keydesk.kit.people import Person, Principal
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import NotSignedIn, Problem, UntrustedOrigin

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE | re.ASCII)
PROBLEM = "identity_problem"
"""The key in a page's scope that holds the problem if authentication was not possible."""


class Sessions(Protocol):
    """Finds portal sessions by their cookie."""

    async def find(self, session_id: str, /) -> Session | None:
        """Return the session with this id if it is valid. Raises StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths below `api` require a credential unless listed in `public`; paths below `files` require none.

    `origins` are the origins whose pages may send changes with cookies.
    """

    api: str
    public: Collection[str] = field(default_factory=frozenset)
    files: str = "/static/"
    origins: Origins = field(default_factory=Origins)


class IdentityMiddleware:
    """Stores the verified principal in `scope["principal"]` and its credential in `scope["token"]`.

    On portal pages the principal is None for anonymous visitors, and the pages decide what to show. Only the first
    credential present is used: bearer token, proxy headers (if `proxy` is given), session cookie. Credentials are
    never combined, and an invalid one is never skipped. The token is empty for proxy headers and the session id
    for a session; `scope["session"]` holds the session.
    """

    def __init__(
        self,
        app: ASGIApp,
        verifiers: Verifiers,
        sessions: Sessions,
        paths: Paths,
        proxy: RequestVerifier | None = None,
    ) -> None:
        self.app = app
        self.verifiers = verifiers
        self.sessions = sessions
        self.paths = paths
        self.proxy = proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            scope["principal"] = await self._principal(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in self.paths.public or path.startswith(self.paths.files)

    async def _principal(self, scope: Scope) -> Principal | None:
        """Return the principal. For the API, raise the problem; for pages, store it in the scope."""
        is_api = scope["path"].startswith(self.paths.api)
        try:
            return await self._identified(scope, Headers(scope=scope), is_api=is_api)
        except NotSignedIn:
            if is_api:
                raise
        except Problem as problem:
            if is_api:
                raise
            scope[PROBLEM] = problem
        return None

    async def _identified(self, scope: Scope, headers: Headers, *, is_api: bool) -> Principal:
        token = bearer_token(headers)
        if token is not None:
            scope["token"] = SecretStr(token)
            principal = await self.verifiers.verify(token)
            # Browsers do not add this header on their own, but a reverse proxy may add it to every request.
            self.paths.origins.refuse_foreign_change(scope["method"], headers, is_ambient=False)
            return principal
        person = self._named_by_proxy(scope, headers)
        session = None if person else await self._session(scope)
        if person or session:
            self.paths.origins.refuse_foreign_change(scope["method"], headers, is_ambient=True)
        if session and is_api:
            _refuse_without_token(scope["method"], headers, session)
        scope["token"] = session.id if session else SecretStr("")
        scope["session"] = session
        if session is not None:
            return session.person
        if person is None:
            raise NotSignedIn
        return person

    async def _session(self, scope: Scope) -> Session | None:
        session_id = read_cookie(scope, SESSION)
        return await self.sessions.find(session_id) if session_id else None

    def _named_by_proxy(self, scope: Scope, headers: Headers) -> Person | None:
        client = scope.get("client")
        return self.proxy.verify_request(headers, client[0] if client else None) if self.proxy else None


def _refuse_without_token(method: str, headers: Headers, session: Session) -> None:
    if method not in SAFE_METHODS and not is_csrf_token(headers.get(HEADER), session.id.get_secret_value()):
        raise UntrustedOrigin(
            message("This request did not come from a Keydesk page."),
            hint=message(
                "API clients must send a bearer token in the Authorization header instead of a cookie."
            ),
        )


def bearer_token(headers: Headers) -> str | None:
    """Return the token of the Authorization header, or None without the header.

    The scheme is case-insensitive and one or more spaces follow it (RFC 6750). Raises NotSignedIn for any other
    format or scheme, for a token of more than 16 KB, and for more than one Authorization header.
    """
    values = headers.getlist("authorization")
    if not values:
        return None
    match = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise NotSignedIn(message("The Authorization header must contain exactly one bearer token."))
    if len(match[1]) > MAX_TOKEN_CHARACTERS:
        raise NotSignedIn(message("The bearer token is too long."))
    return match[1]
