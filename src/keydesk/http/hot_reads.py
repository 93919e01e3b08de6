"""The short way to what is in memory: no routing, no dependencies, no models. Everything else goes on to the routes.

It answers exactly what the route of the same path would, whose access rule is `for_people()`; whatever is not plain
(another method, no person, anything that must be waited for, any problem) is left to that route.
"""

from collections.abc import Awaitable, Callable, Mapping

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.cache.cache import CacheMiss
from keydesk.http.snapshot_answer import CachedAnswer
from keydesk.kit.people import Person, VerifiedCaller
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.storage.database import STORAGE_FAILURES

HotRead = Callable[[VerifiedCaller, bytes], Awaitable[CachedAnswer]]
"""Takes the caller and the raw query string."""
HotReads = Mapping[str, HotRead]
"""By full path; each gives an answer or raises one of `LEFT_TO_THE_ROUTE`."""
LEFT_TO_THE_ROUTE = (CacheMiss, Problem, LiteLLMError, *STORAGE_FAILURES)


class HotReadsMiddleware:
    """For callers whom the other middleware has identified, whatever their credential is."""

    def __init__(self, app: ASGIApp, reads: HotReads) -> None:
        self.app = app
        self.reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, scope: Scope) -> CachedAnswer | None:
        read = self.reads.get(scope["path"])
        person = scope.get("principal")
        if read is None or scope["method"] != "GET" or not isinstance(person, Person):
            return None
        token: SecretStr = scope["token"]
        try:
            return await read(VerifiedCaller(person, token), scope["query_string"])
        except LEFT_TO_THE_ROUTE:
            return None
