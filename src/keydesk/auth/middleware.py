"""Asks who is calling before anything else of a request is looked at. Closed by default."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.auth.credentials import bearer_token
from keydesk.auth.csrf import HEADER, is_csrf_token
from keydesk.auth.session_cookie import SESSION, read_cookie
from keydesk.auth.sessions import Session
from keydesk.auth.verifier import RequestVerifier, Verifiers
from keydesk.kit.origins import SAFE_METHODS, Origins
from keydesk.kit.people import Person, Principal
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import NotSignedIn, Problem, UntrustedOrigin

PROBLEM = "identity_problem"
"""The member of a page's scope that says why nobody could find out who is calling."""


class Sessions(Protocol):
    """Who is signed in by a cookie."""

    async def find(self, session_id: str, /) -> Session | None:
        """The session of this id, if it counts. Raises StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Below `api` every path needs a credential, unless it is listed in `public`. Below `files` nobody is asked.

    `origins` are the pages that may make a browser change something at any of them.
    """

    api: str
    public: Collection[str] = field(default_factory=frozenset)
    files: str = "/static/"
    origins: Origins = field(default_factory=Origins)


class IdentityMiddleware:
    """Puts the verified principal into `scope["principal"]` and its credential into `scope["token"]`.

    On the portal's pages it is None for a stranger, and the pages decide. One credential counts, the first
    there is of: bearer token, the word of a trusted proxy (if `proxy` is given), session cookie. They are never
    merged, and a bad one is never passed over for the next. The proxy's word comes with an empty token, a
    session's with its id, and the session itself is `scope["session"]`.
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
        """For the API, raises why there is none; a page is told the reason in its scope."""
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
            # The browser did not send it by itself, but a reverse proxy may add it to whatever a browser sends.
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
            "This change did not come from a page of Keydesk.",
            hint="Programs send a bearer token in the Authorization header instead of a cookie.",
        )
