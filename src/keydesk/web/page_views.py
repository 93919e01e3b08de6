"""Cached data of the caller for pages, the same as in the API. Changes read from LiteLLM directly."""

from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from keydesk.api.dependencies import Caller, services_of
from keydesk.cache.cache import CachedResult
from keydesk.keys.models import KeyView
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLMError, User
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
from keydesk.views.service import Views

T = TypeVar("T")
PAGE_VIEWS = "page_views"
"""The key in the request's scope, so that every page can report an outage."""


class PageViews:
    """The data of one page for one person. Raises LiteLLMError and errors of provisioning."""

    def __init__(self, views: Views, person: Person, clock: Clock) -> None:
        self._views = views
        self._person = person
        self._clock = clock
        self.as_of: datetime | None = None
        """The time of the oldest data, if LiteLLM was unavailable."""
        self.spend_age_seconds = 0.0
        """The age of the oldest spend."""

    def within(self, max_age_seconds: float) -> "PageViews":
        """Return the same data for a reader who waits for newer data instead of getting older data."""
        return PageViews(self._views.within(max_age_seconds), self._person, self._clock)

    async def account(self) -> User:
        return self._noted(self._dated(await self._views.account(self._person)))

    async def keys(self) -> list[KeyView]:
        """Return the keys, newest first."""
        return self._noted(self._dated(await self._views.keys(self._person))).value()

    async def tools(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the tools that keys were set up for, by key id; none while LiteLLM is unavailable."""
        try:
            return self._noted(await self._views.keys(self._person)).tools
        except LiteLLMError:
            return {}

    async def teams(self) -> list[TeamView]:
        """Return the teams in the view of members."""
        return self._noted(await self._views.teams(self._person)).value()

    async def managed_teams(self) -> list[TeamView]:
        """Return the managed teams, empty while the directory is unavailable; memberships do not need it."""
        try:
            return self._noted(await self._views.managed_teams(self._person)).value()
        except DirectoryUnavailable:
            return []

    async def models(self) -> list[ModelView]:
        return self._noted(await self._views.models()).value()

    def _dated(self, seen: CachedResult[T]) -> CachedResult[T]:
        self.spend_age_seconds = max(self.spend_age_seconds, seen.age_seconds)
        return seen

    def _noted(self, seen: CachedResult[T]) -> T:
        if seen.in_outage:
            taken_at = seen.taken_at(self._clock())
            self.as_of = min(self.as_of or taken_at, taken_at)
        return seen.value


async def page_views(request: Request, caller: Caller) -> PageViews:
    services = services_of(request)
    views = request.scope[PAGE_VIEWS] = PageViews(services.views, caller, services.clock)
    return views


CallerViews = Annotated[PageViews, Depends(page_views)]
