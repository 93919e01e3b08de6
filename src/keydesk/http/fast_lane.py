"""Answers hot reads before any middleware: for people whose token was verified before, from memory.

The fast lane has no rules of its own. It asks the same objects as the middleware, answers if all of them agree, and
refuses people over their rate limit. Every other request takes the middleware and the route.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr
from starlette.types import Scope, Send

from keydesk.cache.cache import CacheMiss
from keydesk.http.allowed_hosts import AllowedHosts
from keydesk.http.overload import ConcurrencyLimiter
from keydesk.http.request_id import RawHeader, RequestIds
from keydesk.http.security_headers import completed
from keydesk.http.snapshot_answer import KEEPING, CachedAnswer, RawHeaders, takes_gzip
from keydesk.kit.deadline import limited_to
from keydesk.kit.people import Person, Principal, VerifiedCaller
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import Problem, TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.litellm import LiteLLMError
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.telemetry.served import UNMATCHED, OnServed, Served
from keydesk.telemetry.tracing import Tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

HotRead = Callable[[VerifiedCaller, bytes], Awaitable[CachedAnswer]]
"""Takes the caller and the raw query string. Raises `CacheMiss` instead of waiting for LiteLLM.

It answers exactly what the route of the same path does, whose access rule is `for_people()`.
"""
HotReads = Mapping[str, HotRead]
"""By full path."""
_LEFT_TO_THE_ROUTE = (CacheMiss, Problem, LiteLLMError, *STORAGE_FAILURES)
_BEARER = b"Bearer "
_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})
_TRACEPARENT = b"traceparent"
_USED_HEADERS = _BODY_HEADERS | {
    b"host",
    b"authorization",
    b"if-none-match",
    b"accept-encoding",
    _TRACEPARENT,
}
_Headers = dict[bytes, bytes]
_ALWAYS = completed(KEEPING)[len(KEEPING) :]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the middleware uses too. `cached` and `has_arrived` take the SHA-256 of a token.

    `pace` is None if reads have no limit, `tracing` if requests are not traced.
    """

    hosts: AllowedHosts
    ids: RequestIds
    places: ConcurrencyLimiter
    pace: RateLimiter | None
    cached: Callable[[bytes], Principal | None]
    has_arrived: Callable[[bytes], bool]
    observers: Sequence[OnServed]
    time_limit_seconds: float
    tracing: Tracing | None = None


@dataclass(slots=True)
class _Reply:
    """`route` is what observers and traces are told, the same as for requests that take the middleware."""

    status: int
    headers: RawHeaders
    body: bytes
    route: str


class FastLane:
    def __init__(self, reads: HotReads, rules: Rules) -> None:
        self._reads = reads
        self._rules = rules

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Answer the request and return True, or leave it untouched and return False."""
        if scope["path"] not in self._reads or scope["method"] != "GET":
            return False
        rules, began_at = self._rules, time.perf_counter()
        headers = _used_headers(scope["headers"])
        if headers is None or rules.places.are_taken:
            return False
        caller = self._caller(headers)
        if caller is None:
            return False
        shown_id = rules.ids.begin(scope)
        with self._span(headers) as span:
            reply = self._refusal(caller) or await self._from_memory(scope, caller, headers)
            if reply is None:
                return False
            await self._send(reply, shown_id, send)
            if span is not None and rules.tracing is not None:
                rules.tracing.served(span, reply.route, "GET", reply.status)
                span.end()
        for observer in rules.observers:
            observer(Served("GET", reply.route, reply.status, time.perf_counter() - began_at))
        return True

    def _caller(self, headers: _Headers) -> VerifiedCaller | None:
        """The caller, if their token was verified before, still counts, and its first use is recorded."""
        authorization, rules = headers.get(b"authorization"), self._rules
        if authorization is None or not authorization.startswith(_BEARER):
            return None
        if not rules.hosts.include(headers.get(b"host", b"").decode("latin-1")):
            return None
        token = authorization[len(_BEARER) :]
        digest = hashlib.sha256(token).digest()
        person = rules.cached(digest)
        if not isinstance(person, Person) or not rules.has_arrived(digest):
            return None
        return VerifiedCaller(person, SecretStr(token.decode("latin-1")))

    def _span(self, headers: _Headers) -> AbstractContextManager["Span | None"]:
        """The request's span. One that is not ended is never sent: the middleware makes its own."""
        tracing = self._rules.tracing
        if tracing is None:
            return nullcontext()
        traceparent = headers.get(_TRACEPARENT, b"").decode("latin-1")
        return tracing.request("GET", traceparent, end_on_exit=False)

    def _refusal(self, caller: VerifiedCaller) -> _Reply | None:
        """The refusal of a person over their rate limit, or None. Counts nothing."""
        pace = self._rules.pace
        wait = pace.wait(caller.person.ref) if pace is not None else 0
        if not wait:
            return None
        response = problem_response(TooManyRequests(wait))
        headers = completed(response.raw_headers)
        return _Reply(response.status_code, headers, bytes(response.body), UNMATCHED)

    async def _from_memory(self, scope: Scope, caller: VerifiedCaller, headers: _Headers) -> _Reply | None:
        """The answer from memory, counted for the rate limit, or None."""
        try:
            with limited_to(self._rules.time_limit_seconds):
                answer = await self._reads[scope["path"]](caller, scope["query_string"])
        except _LEFT_TO_THE_ROUTE:
            return None
        except Exception:  # noqa: BLE001 - the route meets the same defect, reports it and answers
            return None
        # Without an answer from here the route answers, and the middleware counts the request.
        if self._rules.pace is not None and self._rules.pace.take(caller.person.ref):
            return self._refusal(caller)
        accepts_gzip = takes_gzip(headers.get(b"accept-encoding", b""))
        status, given, body = answer.message(headers.get(b"if-none-match"), accepts_gzip=accepts_gzip)
        return _Reply(status, given + _ALWAYS, body, scope["path"])

    async def _send(self, reply: _Reply, shown_id: RawHeader, send: Send) -> None:
        reply.headers.append(shown_id)
        places = self._rules.places
        places.taken += 1
        try:
            await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
            await send({"type": "http.response.body", "body": reply.body})
        finally:
            places.taken -= 1


def _used_headers(headers: Iterable[RawHeader]) -> _Headers | None:
    """The headers that matter here. None if one of them is there twice, or if there is a body."""
    used: _Headers = {}
    for name, value in headers:
        if name in _USED_HEADERS:
            if name in used or name in _BODY_HEADERS:
                return None
            used[name] = value
    return used
