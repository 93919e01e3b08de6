"""Reads all pages of a list. Never returns a partial list."""

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
    """The list of one route: the type of its items, the member that contains them, and the member with their id."""

    route: str
    shape: type[S]
    items: str
    identity: str
    max_pages: int

    async def read(self, fetch: Callable[[int], Awaitable[Answer]]) -> list[S]:
        """Read all pages and return every item once, in order. Raises TooManyPages.

        Items created or deleted while the pages are read move others between pages. Items read twice are returned
        once. If the total of any page differs from the number of items, all pages are read once more.
        """
        found, totals = await self._read_once(fetch)
        if totals - {None, len(found)}:
            found, _ = await self._read_once(fetch)
        return found

    def total(self, answer: Answer, filters: Mapping[str, str]) -> int | None:
        """Return the total of a page, or None if it has none for these filters.

        A release that does not support a filter ignores it; then an item does not match.
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
