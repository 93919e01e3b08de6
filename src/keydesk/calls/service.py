"""Reads single calls of a person or a team from LiteLLM, one page at a time. Nothing is stored or cached."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from keydesk.calls.models import CallFilters, CallsView, CallView
from keydesk.calls.policy import Sight, call_view, query_of
from keydesk.keys.service import Keys
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest, UpstreamRefused
from keydesk.litellm import FilterIgnored, LiteLLM, NotFound, SpendLog, SpendLogPage, SpendLogQuery, User
from keydesk.settings import TeamAdmin
from keydesk.teams.service import Teams

_PIECE = 100
_MOST_MERGED = 1000
"""How many calls of a rotated key are merged at most for one page."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page, from 1, and its number of calls, at most 100."""

    page: int
    size: int

    @property
    def end(self) -> int:
        return self.page * self.size


@dataclass(frozen=True, slots=True)
class Source:
    """The queries whose results together are the calls, and what the reader sees of them."""

    queries: Sequence[SpendLogQuery]
    sight: Sight


@dataclass(frozen=True, slots=True)
class Calls:
    gateway: LiteLLM
    keys: Keys
    teams: Teams
    rules: TeamAdmin

    async def of_user(self, user: User, filters: CallFilters) -> Source:
        """Return the user's calls. Raises NotFound if the key in the filters is not one of the user's."""
        sight = Sight(self.keys.ids.of)
        if filters.key is None:
            return Source([query_of(filters, user_id=user.user_id)], sight)
        key = await self.keys.find(user.user_id, filters.key)
        # Also by user: LiteLLM keeps the calls that another owner made with the key before.
        queries = [
            query_of(filters, user_id=user.user_id, token_hash=secret.token_hash)
            for secret in reversed(key.secrets)
        ]
        return Source(queries, sight)

    async def of_team(self, person: Person, team_id: str, filters: CallFilters) -> Source:
        """Return the calls of a team that the person manages. Raises NotFound."""
        team = await self.teams.owned(person, team_id)
        names = self.rules.show_names_in_calls
        hidden = self.teams.display.hide_team_budget_for_managers and team.max_budget is not None
        sight = Sight(self.keys.ids.of, keys=names, people=names, money=not hidden)
        return Source([query_of(filters, team_id=team_id)], sight)

    async def page(self, source: Source, place: Place) -> CallsView:
        """Return one page, newest first. Raises InvalidRequest for a page too far back in a rotated key."""
        with _explained_errors():
            found = await self._page(source.queries, place)
        return CallsView(
            calls=[call_view(row, source.sight) for row in found.rows],
            total=found.total,
            total_is_capped=found.total_is_capped,
            page=place.page,
            page_size=place.size,
            total_pages=-(-found.total // place.size),
        )

    async def export(self, source: Source) -> AsyncIterator[list[CallView]]:
        """Yield all calls, some at a time: newest first, those of a rotated key by secret."""
        with _explained_errors():
            for query in source.queries:
                async for rows in self.gateway.spend_logs.newest_first(query):
                    yield [call_view(row, source.sight) for row in rows]

    async def _page(self, queries: Sequence[SpendLogQuery], place: Place) -> SpendLogPage:
        if len(queries) == 1:
            return await self.gateway.spend_logs.page(queries[0], place.page, place.size)
        if place.end > _MOST_MERGED:
            raise InvalidRequest(
                message("page: at most %(most)s calls of a rotated key can be listed", most=_MOST_MERGED),
                hint=message("Choose a shorter period, or download the calls as a file."),
                param="page",
            )
        parts = await asyncio.gather(*(self._first(query, place.end) for query in queries))
        rows = sorted((row for part in parts for row in part.rows), key=_age, reverse=True)
        return SpendLogPage(
            tuple(rows[place.end - place.size : place.end]),
            sum(part.total for part in parts),
            any(part.total_is_capped for part in parts),
        )

    async def _first(self, query: SpendLogQuery, count: int) -> SpendLogPage:
        """Return at least the first `count` calls, if there are that many."""
        rows: list[SpendLog] = []
        number = 0
        while True:
            number += 1
            page = await self.gateway.spend_logs.page(query, number, _PIECE)
            rows += page.rows
            if len(rows) >= count or number * _PIECE >= page.total:
                return SpendLogPage(tuple(rows), page.total, page.total_is_capped)


def _age(row: SpendLog) -> tuple[float, str]:
    return row.started_at.timestamp(), row.request_id


@contextmanager
def _explained_errors() -> Iterator[None]:
    """Turn the errors of a release without the route or a filter into a problem that says so."""
    try:
        yield
    except FilterIgnored:
        raise _unsupported() from None
    except NotFound as missing:
        if not missing.route_missing:
            raise
        raise _unsupported() from None


def _unsupported() -> UpstreamRefused:
    return UpstreamRefused(
        message("This LiteLLM release cannot list single calls, or cannot filter them like this."),
        hint=message("Remove the filter, or ask the platform team to update LiteLLM."),
    )
