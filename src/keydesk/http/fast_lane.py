"""Serves hot reads from the cache, before any middleware, to callers whose token was verified before.

The fast lane has no rules of its own. It uses the same objects as the middleware and serves a request only if all of
them allow it. It rejects callers over their rate limit. Every other request takes the middleware and the route.
Nothing here waits, so the server needs no task for the request.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from starlette.types import Scope

from keydesk.http.allowed_hosts import AllowedHosts
from keydesk.http.cached_answer import CACHE_HEADERS, CachedAnswer, accepts_gzip_encoding
from keydesk.http.overload import ConcurrencyLimiter
from keydesk.http.reply import RawHeader, RawHeaders, Reply
from keydesk.http.request_id import RequestIds
from keydesk.http.security_headers import completed
from keydesk.kit.people import Person, Principal
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.kit.request_context import current_request
from keydesk.telemetry.served import UNMATCHED, OnServed, Served
from keydesk.telemetry.tracing import Tracing

HotRead = Callable[[Person, bytes], CachedAnswer]
"""Takes the caller and the raw query string. Raises `CacheMiss` instead of waiting.

It returns the same response as the route at the same path. The access rule of that route is `for_people()`.
"""
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
_SECURITY_HEADERS = tuple(completed(CACHE_HEADERS)[len(CACHE_HEADERS) :])
_HOSTS_REMEMBERED = 256
_REFUSALS_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Rules:
    """The objects that the fast lane shares with the middleware.

    `verified` and `has_arrived` take the SHA-256 of a token. `rate_limiter` is None if reads have no limit, `tracing`
    if requests are not traced. `expect_changes` makes the cache look for changes that other processes made.
    """

    hosts: AllowedHosts
    ids: RequestIds
    concurrency: ConcurrencyLimiter
    rate_limiter: RateLimiter | None
    verified: Callable[[bytes], Principal | None]
    has_arrived: Callable[[bytes], bool]
    expect_changes: Callable[[], None]
    observers: Sequence[OnServed]
    tracing: Tracing | None = None


class FastLane:
    def __init__(self, reads: Mapping[str, HotRead], rules: Rules) -> None:
        self._reads = reads
        self._rules = rules
        self._allows_host = lru_cache(_HOSTS_REMEMBERED)(rules.hosts.include)

    def answer(self, scope: Scope) -> Reply | None:
        """Return the response, or None for a request that has to take the middleware and the route."""
        if scope["path"] not in self._reads or scope["method"] != "GET":
            return None
        rules, began_at = self._rules, time.perf_counter()
        headers = _used_headers(scope["headers"])
        if headers is None or rules.concurrency.active >= rules.concurrency.limit:
            return None
        person = self._person(headers)
        if person is None:
            return None
        shown_id = rules.ids.begin(scope)
        if rules.tracing is None:
            reply = self._reply(scope, person, headers, shown_id)
        else:
            reply = self._traced(rules.tracing, scope, person, headers, shown_id)
        if reply is not None:
            for observer in rules.observers:
                route = _route(reply, scope)
                observer(Served("GET", route, reply.status, time.perf_counter() - began_at))
        return reply

    def _person(self, headers: _Headers) -> Person | None:
        """Return the caller if their token was verified before, is still valid, and its first use is recorded."""
        authorization, rules = headers.get(b"authorization"), self._rules
        if authorization is None or not authorization.startswith(_BEARER):
            return None
        if not self._allows_host(headers.get(b"host", b"").decode("latin-1")):
            return None
        digest = sha256(authorization[len(_BEARER) :]).digest()
        person = rules.verified(digest)
        return person if isinstance(person, Person) and rules.has_arrived(digest) else None

    def _traced(
        self, tracing: Tracing, scope: Scope, person: Person, headers: _Headers, shown_id: RawHeader
    ) -> Reply | None:
        """Answer in a span. A span that does not end is not exported: the middleware starts another one."""
        traceparent = headers.get(_TRACEPARENT, b"").decode("latin-1")
        with tracing.request("GET", traceparent, end_on_exit=False) as span:
            reply = self._reply(scope, person, headers, shown_id)
            if reply is not None:
                tracing.served(span, _route(reply, scope), "GET", reply.status)
                span.end()
        return reply

    def _reply(self, scope: Scope, person: Person, headers: _Headers, shown_id: RawHeader) -> Reply | None:
        limiter = self._rules.rate_limiter
        wait = limiter.wait(person.ref) if limiter is not None else 0
        if wait:
            return _refusal(wait, shown_id)
        self._rules.expect_changes()
        try:
            answer = self._reads[scope["path"]](person, scope["query_string"])
        except Exception:  # noqa: BLE001 - usually CacheMiss. After any other error, the route fails and logs it
            return None
        # If the fast lane returns no response, the middleware counts the request.
        if limiter is not None:
            limiter.count(person.ref)
        accepts_gzip = accepts_gzip_encoding(headers.get(b"accept-encoding", b""))
        status, own, body = answer.message(headers.get(b"if-none-match"), accepts_gzip=accepts_gzip)
        return Reply(status, own + _SECURITY_HEADERS, shown_id, body)


def _refusal(wait: int, shown_id: RawHeader) -> Reply:
    status, headers, body, rendered_id = _rendered_refusal(wait)
    return Reply(status, headers, shown_id, body.replace(rendered_id, shown_id[1]))


@lru_cache(_REFUSALS_REMEMBERED)
def _rendered_refusal(wait: int) -> tuple[int, RawHeaders, bytes, bytes]:
    """Return status, headers and body as the middleware renders them, and the request id that is in the body.

    All request ids have the same length, so another request gets the same headers.
    """
    response = problem_response(TooManyRequests(wait))
    rendered_id = (current_request().request_id or "").encode()
    return response.status_code, tuple(completed(response.raw_headers)), bytes(response.body), rendered_id


def _route(reply: Reply, scope: Scope) -> str:
    """Return the label for metrics and traces, the same as for requests that take the middleware."""
    path: str = scope["path"]
    return UNMATCHED if reply.status == TooManyRequests.status else path


def _used_headers(headers: Iterable[RawHeader]) -> _Headers | None:
    """Return the headers that the fast lane uses. None if one of them occurs twice, or if the request has a body."""
    used: _Headers = {}
    for name, value in headers:
        if name in _USED_HEADERS:
            if name in used or name in _BODY_HEADERS:
                return None
            used[name] = value
    return used
