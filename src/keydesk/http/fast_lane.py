"""Answers from memory before any middleware, for people whose token was verified before. Refuses nobody.

It holds no rule of its own: it asks the same objects as the middleware does, and leaves to that every request of which
one of them says anything but yes. So a request is refused, limited, recorded and explained in one place.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.types import Scope, Send

from keydesk.http.allowed_hosts import AllowedHosts
from keydesk.http.hot_reads import LEFT_TO_THE_ROUTE, HotReads
from keydesk.http.overload import ConcurrencyLimiter
from keydesk.http.request_id import RawHeader, RequestIds
from keydesk.http.security_headers import completed
from keydesk.http.snapshot_answer import KEEPING, CachedAnswer, takes_gzip
from keydesk.kit.deadline import limited_to
from keydesk.kit.people import Person, Principal, VerifiedCaller
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.telemetry.served import OnServed, Served

_BEARER = b"Bearer "
_OF_A_BODY = frozenset({b"content-length", b"transfer-encoding"})
_LOOKED_AT = _OF_A_BODY | {b"host", b"authorization", b"if-none-match", b"accept-encoding"}
_Asked = dict[bytes, bytes]
_ALWAYS = completed(KEEPING)[len(KEEPING) :]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the middleware goes by. `remembered` and `has_arrived` are asked with the SHA-256 of a token.

    `pace` is None where reads are not limited.
    """

    hosts: AllowedHosts
    ids: RequestIds
    places: ConcurrencyLimiter
    pace: RateLimiter | None
    remembered: Callable[[bytes], Principal | None]
    has_arrived: Callable[[bytes], bool]
    observers: Sequence[OnServed]
    time_limit_seconds: float


class FastLane:
    def __init__(self, reads: HotReads, rules: Rules) -> None:
        self._reads = reads
        self._rules = rules

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Answer the request, or leave it untouched and say so."""
        if scope["path"] not in self._reads or scope["method"] != "GET":
            return False
        rules, began_at = self._rules, time.perf_counter()
        asked = _asked(scope["headers"])
        if asked is None or rules.places.are_taken:
            return False
        caller = self._caller(asked)
        if caller is None:
            return False
        shown_id = rules.ids.begin(scope)
        answer = await self._answer(scope, caller)
        if answer is None or (rules.pace is not None and rules.pace.take(caller.person.ref)):
            return False
        status = await self._send(answer, asked, shown_id, send)
        if rules.observers:
            served = Served("GET", scope["path"], status, time.perf_counter() - began_at)
            for observer in rules.observers:
                observer(served)
        return True

    def _caller(self, asked: _Asked) -> VerifiedCaller | None:
        """Who brings a token that was verified before, still counts, and whose arrival is recorded."""
        authorization, rules = asked.get(b"authorization"), self._rules
        if authorization is None or not authorization.startswith(_BEARER):
            return None
        if not rules.hosts.include(asked.get(b"host", b"").decode("latin-1")):
            return None
        token = authorization[len(_BEARER) :]
        digest = hashlib.sha256(token).digest()
        person = rules.remembered(digest)
        if not isinstance(person, Person) or not rules.has_arrived(digest):
            return None
        return VerifiedCaller(person, SecretStr(token.decode("latin-1")))

    async def _answer(self, scope: Scope, caller: VerifiedCaller) -> CachedAnswer | None:
        try:
            with limited_to(self._rules.time_limit_seconds):
                return await self._reads[scope["path"]](caller, scope["query_string"])
        except LEFT_TO_THE_ROUTE:
            return None
        except Exception:  # noqa: BLE001 - a defect is met again on the long way, which reports and answers it
            return None

    async def _send(self, answer: CachedAnswer, asked: _Asked, shown_id: RawHeader, send: Send) -> int:
        accepts_gzip = takes_gzip(asked.get(b"accept-encoding", b""))
        status, headers, body = answer.message(asked.get(b"if-none-match"), accepts_gzip=accepts_gzip)
        headers += _ALWAYS
        headers.append(shown_id)
        places = self._rules.places
        places.taken += 1
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        finally:
            places.taken -= 1
        return status


def _asked(headers: Iterable[RawHeader]) -> _Asked | None:
    """What counts of the headers; None where something is said twice, or of a body."""
    asked: _Asked = {}
    for name, value in headers:
        if name in _LOOKED_AT:
            if name in asked or name in _OF_A_BODY:
                return None
            asked[name] = value
    return asked
