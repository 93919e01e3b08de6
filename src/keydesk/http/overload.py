"""Limits concurrent requests and rejects the rest with 503 immediately, so that accepted requests finish in time.

A change may wait briefly for its turn. Changes have a lower limit of their own, because each waits for LiteLLM and for
the database's writer, and too many of them at the same time would all time out.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.kit.origins import SAFE_METHODS
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import Overloaded

QUEUE_SECONDS = 2.0
"""How long a change waits for its turn. This is not part of the request's time limit."""


@dataclass(slots=True)
class ConcurrencyLimiter:
    """The limit of concurrent requests and the number of `active` ones. `changes` also limits concurrent changes."""

    limit: int
    changes: asyncio.Semaphore = field(repr=False)
    active: int = 0
    refused: int = 0

    @property
    def is_full(self) -> bool:
        return self.active >= self.limit

    @asynccontextmanager
    async def slot(self, *, for_change: bool) -> AsyncIterator[None]:
        """Hold a slot for the length of the block. Raises Overloaded if none is free."""
        if self.is_full:
            raise Overloaded
        self.active += 1
        try:
            if for_change:
                await self._wait_for_change_slot()
            try:
                yield
            finally:
                if for_change:
                    self.changes.release()
        finally:
            self.active -= 1

    async def _wait_for_change_slot(self) -> None:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self.changes.acquire()
        except TimeoutError:
            raise Overloaded from None


@dataclass(frozen=True, slots=True)
class RequestKinds:
    """`exempt` paths, such as health checks, are never rejected. `changing` paths change data on GET.

    `reading` paths change nothing, whatever the method. `delayed` paths respond late on purpose. They do not count as
    changes: they would keep others from their turn.
    """

    exempt: Collection[str]
    changing: Collection[str]
    delayed: Collection[str] = frozenset()
    reading: Collection[str] = frozenset()

    def is_change(self, scope: Scope) -> bool:
        if scope["path"] in self.delayed or scope["path"] in self.reading:
            return False
        return scope["method"] not in SAFE_METHODS or scope["path"] in self.changing


class OverloadMiddleware:
    def __init__(self, app: ASGIApp, limiter: ConcurrencyLimiter, kinds: RequestKinds) -> None:
        self.app = app
        self.limiter = limiter
        self.kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.kinds.exempt:
            await self.app(scope, receive, send)
            return
        try:
            async with self.limiter.slot(for_change=self.kinds.is_change(scope)):
                await self.app(scope, receive, send)
        except Overloaded as problem:
            self.limiter.refused += 1
            await problem_response(problem)(scope, receive, send)
