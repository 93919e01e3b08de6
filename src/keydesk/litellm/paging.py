"""Reads a list that LiteLLM cuts into pages, to its end. Never returns a part of one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import AliasChoices, BaseModel, Field

from keydesk.litellm.call import Answer
from keydesk.litellm.errors import TooManyPages
from keydesk.litellm.shapes.base import Answered

S = TypeVar("S", bound=BaseModel)


class _Counts(Answered):
    total_pages: int
    total_items: int | None = Field(default=None, validation_alias=AliasChoices("total_count", "total"))


@dataclass(frozen=True, slots=True)
class PagedList(Generic[S]):
    """A list of one route: what its items are, the member that holds them, and the one that tells them apart."""

    route: str
    shape: type[S]
    items: str
    identity: str
    max_pages: int

    async def read(self, fetch: Callable[[int], Awaitable[Answer]]) -> list[S]:
        """Fetch pages 1, 2, ... and return every item once, in order. Raises TooManyPages.

        Items created or deleted meanwhile move others across page borders: those read twice are kept once, and
        if any page tells another number of items than were found, everything is read once more.
        """
        found, totals = await self._read_once(fetch)
        if totals - {None, len(found)}:
            found, _ = await self._read_once(fetch)
        return found

    def total(self, answer: Answer, filters: Mapping[str, str]) -> int | None:
        """Return the number of items that a page tells, or None where it tells none for these filters.

        A release that does not know a filter ignores it: then an item does not fit.
        """
        body = answer.members()
        fits = all(
            getattr(item, name) == value
            for item in answer.read_each(self.shape, body.get(self.items))
            for name, value in filters.items()
        )
        return answer.read_part(_Counts, body).total_items if fits else None

    async def _read_once(self, fetch: Callable[[int], Awaitable[Answer]]) -> tuple[list[S], set[int | None]]:
        found: dict[str, S] = {}
        totals: set[int | None] = set()
        number, counts = 0, _Counts(total_pages=1)
        while number < counts.total_pages:
            number += 1
            answer = await fetch(number)
            body = answer.members()
            counts = answer.read_part(_Counts, body)
            totals.add(counts.total_items)
            if counts.total_pages > self.max_pages:
                raise TooManyPages(self.route, self.max_pages)
            for item in answer.read_each(self.shape, body.get(self.items)):
                found.setdefault(getattr(item, self.identity), item)
        return list(found.values()), totals
