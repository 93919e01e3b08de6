"""Adds the limits that the settings ask for, and none that they do not."""

from collections.abc import Collection

from fastapi import FastAPI

from keydesk.http.client_address import ClientAddress
from keydesk.http.rate_limit import RateLimitMiddleware
from keydesk.http.sign_in_limit import SignInLimitMiddleware, SignInPaths
from keydesk.kit.clock import Clock
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.settings import Limits


def limit_people(app: FastAPI, limits: Limits, clock: Clock, changing: Collection[str]) -> RateLimiter | None:
    """`changing` are paths whose GET changes something. Answers the pace of reads, for who reads past the limits."""
    reads, writes = _pace(limits.reads_per_minute, clock), _pace(limits.writes_per_minute, clock)
    if reads is not None or writes is not None:
        app.add_middleware(RateLimitMiddleware, reads=reads, writes=writes, changing=changing)
    return reads


def limit_sign_ins(app: FastAPI, limits: Limits, clock: Clock, paths: SignInPaths) -> None:
    """Limit failed sign-ins by address, if the settings have a limit."""
    pace = _pace(limits.failed_sign_ins_per_minute, clock)
    callbacks = _pace(limits.failed_sign_ins_per_minute, clock)
    if pace is not None and callbacks is not None:
        address = ClientAddress(limits.proxies)
        app.add_middleware(
            SignInLimitMiddleware, pace=pace, callbacks=callbacks, address=address, paths=paths
        )


def _pace(per_minute: int | None, clock: Clock) -> RateLimiter | None:
    return None if per_minute is None else RateLimiter(per_minute, lambda: clock().timestamp())
