"""Answers only so many requests at a time, the rest with 503 at once: better than all of them too late."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.problems import Overloaded


@dataclass(slots=True)
class Places:
    """How many requests may be answered at a time, and how many are."""

    limit: int
    taken: int = 0
    refused: int = 0

    @property
    def are_taken(self) -> bool:
        return self.taken >= self.limit


class OverloadMiddleware:
    """`exempt` are paths that are always answered, such as those by which an orchestrator judges this process."""

    def __init__(self, app: ASGIApp, places: Places, exempt: Collection[str]) -> None:
        self.app = app
        self.places = places
        self.exempt = frozenset(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self.exempt:
            await self.app(scope, receive, send)
            return
        if self.places.are_taken:
            self.places.refused += 1
            await problem_response(Overloaded())(scope, receive, send)
            return
        self.places.taken += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.places.taken -= 1
