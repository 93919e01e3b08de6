"""Answers only so many requests at a time, the rest with 503 at once: better than all of them too late.

Changes stand in line for a moment first: each waits for LiteLLM and for the database's one writer, and where too many
are under way none of them ends in time.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.kit.origins import SAFE_METHODS
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import Overloaded

IN_LINE_SECONDS = 2.0
"""How long a change waits for its turn, besides the time that a request may take."""


@dataclass(slots=True)
class ConcurrencyLimiter:
    """How many requests may be answered at a time, and how many are. `changes` are places as well, for those only."""

    limit: int
    changes: asyncio.Semaphore = field(repr=False)
    taken: int = 0
    refused: int = 0

    @property
    def are_taken(self) -> bool:
        return self.taken >= self.limit

    @asynccontextmanager
    async def held(self, *, for_change: bool) -> AsyncIterator[None]:
        """A place for the length of the block. Raises Overloaded when there is none."""
        if self.are_taken:
            raise Overloaded
        self.taken += 1
        try:
            if for_change:
                await self._stand_in_line()
            try:
                yield
            finally:
                if for_change:
                    self.changes.release()
        finally:
            self.taken -= 1

    async def _stand_in_line(self) -> None:
        try:
            async with asyncio.timeout(IN_LINE_SECONDS):
                await self.changes.acquire()
        except TimeoutError:
            raise Overloaded from None


@dataclass(frozen=True, slots=True)
class Kinds:
    """`exempt` paths are always answered, such as those by which an orchestrator judges this process.

    `changing` are those that change something although they are asked for with GET.
    """

    exempt: Collection[str]
    changing: Collection[str]

    def is_change(self, scope: Scope) -> bool:
        return scope["method"] not in SAFE_METHODS or scope["path"] in self.changing


class OverloadMiddleware:
    def __init__(self, app: ASGIApp, limiter: ConcurrencyLimiter, kinds: Kinds) -> None:
        self.app = app
        self.limiter = limiter
        self.kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.kinds.exempt:
            await self.app(scope, receive, send)
            return
        try:
            async with self.limiter.held(for_change=self.kinds.is_change(scope)):
                await self.app(scope, receive, send)
        except Overloaded as problem:
            self.limiter.refused += 1
            await problem_response(problem)(scope, receive, send)
