"""Calls that return usage and spend by day. The caller stores and aggregates the results."""

from collections.abc import Awaitable, Callable
from datetime import date

from msgspec import MsgspecError, structs

from keydesk.litellm.activity_merging import merged, pages_to_check, reading_order, rows_moved
from keydesk.litellm.call import Call, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import NotFound, TooManyPages, UnexpectedAnswer
from keydesk.litellm.sanitising import sanitised
from keydesk.litellm.shapes.activity import Activity
from keydesk.litellm.shapes.activity_page import ActivityPage, read_page

_USER = "/user/daily/activity"
_TEAM = "/team/daily/activity"
_MAX_KEYS = 1000

Query = dict[str, str | int]
OnPage = Callable[[], None]


class ActivityReports:
    """Usage by day, available as `gateway.activity`. Days are UTC days; both ends of a range are included."""

    def __init__(self, caller: Caller, has_ordered_pages: Callable[[], Awaitable[bool]]) -> None:
        self._caller = caller
        self._has_ordered_pages = has_ordered_pages
        self._missing_routes: set[str] = set()

    async def of_user(
        self,
        user_id: str,
        start: date,
        end: date,
        *,
        max_pages: int | None = None,
        on_page: OnPage | None = None,
    ) -> Activity:
        """Return a user's usage from all pages of `/user/daily/activity`.

        Raises TooManyPages for more than `max_pages`, or more than the configuration allows. `on_page` is called
        between pages. Two pages cost one more call, and three or more pages cost two, which check whether rows moved
        between pages while they were read. If so, all pages are read once more; if rows moved again, the result has
        `complete=False`.

        LiteLLM before 1.92 orders rows by date only, so pages can overlap and omit rows although their totals look
        right. For these releases, two or more pages are read as a single one instead.
        """
        return await self._whole(_USER, _query("user_id", user_id, start, end), max_pages, on_page)

    async def of_team(
        self,
        team_id: str,
        start: date,
        end: date,
        *,
        max_pages: int | None = None,
        on_page: OnPage | None = None,
    ) -> Activity:
        """Return a team's usage, for all its members, from all pages of `/team/daily/activity`."""
        return await self._whole(_TEAM, _query("team_ids", team_id, start, end), max_pages, on_page)

    async def aggregated_of_user(self, user_id: str, start: date, end: date) -> Activity | None:
        """Return a user's usage in one call, or None if the release lacks `/user/daily/activity/aggregated`.

        Some releases return an empty result for a single user: compare it with `of_user` before you rely on it.
        LiteLLM breaks down at most 1000 keys; `truncated_keys` is set if there are more.
        """
        return await self._aggregated(f"{_USER}/aggregated", _query("user_id", user_id, start, end))

    async def aggregated_of_team(self, team_id: str, start: date, end: date) -> Activity | None:
        """Return a team's usage, for all its members, in one call. See `aggregated_of_user`."""
        return await self._aggregated(f"{_TEAM}/aggregated", _query("team_ids", team_id, start, end))

    async def aggregated_of_all(self, start: date, end: date, *, keys: int = _MAX_KEYS) -> Activity | None:
        """Return the usage of everybody in one call, or None if the release lacks the route.

        Each breakdown has at most `keys` keys, and `truncated_keys` is set if there are more.
        """
        days = {"start_date": start.isoformat(), "end_date": end.isoformat()}
        return await self._aggregated(f"{_USER}/aggregated", {**days, "api_key_limit": keys})

    async def _whole(
        self, route: str, query: Query, max_pages: int | None, on_page: OnPage | None
    ) -> Activity:
        page_limit = max_pages or self._caller.config.max_pages
        activity = await self._read(route, query, page_limit, on_page)
        return activity if activity.complete else await self._read(route, query, page_limit, on_page)

    async def _read(self, route: str, query: Query, page_limit: int, on_page: OnPage | None) -> Activity:
        first = await self._page(route, query, 1)
        if first.total_pages > page_limit:
            raise TooManyPages(route, page_limit, first.total_pages)
        if first.total_pages > 1 and not await self._has_ordered_pages():
            return await self._in_one_piece(route, query, first)
        pages = {1: first}
        for number in reading_order(first.total_pages):
            if on_page is not None:
                on_page()
            pages[number] = await self._page(route, query, number)
        stable = all(page.total_pages == first.total_pages for page in pages.values())
        for number in pages_to_check(first.total_pages):
            stable = stable and not rows_moved(first, pages[number], await self._page(route, query, number))
        return merged([pages[number] for number in sorted(pages)], stable=stable)

    async def _in_one_piece(self, route: str, query: Query, first: ActivityPage) -> Activity:
        """Return all rows from a single response. LiteLLM does not limit the page size for teams."""
        if route == _USER:
            whole = await self._aggregated(f"{route}/aggregated", query)
            if whole is None or whole.total.api_requests < first.totals.api_requests:
                return merged([first], stable=False)
            return whole
        rows = first.total_pages * self._caller.config.activity_page_size
        page = await self._ask(route, {**query, "page": 1, "page_size": rows})
        return merged([page], stable=page.total_pages == 1)

    async def _page(self, route: str, query: Query, number: int) -> ActivityPage:
        page_size = self._caller.config.activity_page_size
        return await self._ask(route, {**query, "page": number, "page_size": page_size})

    async def _aggregated(self, route: str, query: Query) -> Activity | None:
        if route in self._missing_routes:
            return None
        try:
            page = await self._ask(route, {"api_key_limit": _MAX_KEYS, **query})
        except NotFound as missing:
            if not missing.route_missing:
                raise
            self._missing_routes.add(route)
            return None
        shown = {key for day in page.days for key in day.keys}
        truncated = page.total_api_keys > len(shown)
        return structs.replace(merged([page], stable=True), truncated_keys=truncated)

    async def _ask(self, route: str, query: Query) -> ActivityPage:
        seconds = self._caller.config.activity_timeout_seconds
        answer = await self._caller.call(
            Call(method="GET", route=route, query=query, timeout_seconds=seconds)
        )
        try:
            return read_page(answer.content)
        except MsgspecError as fault:
            raise UnexpectedAnswer(
                f"{route} returned an unexpected response: {sanitised(str(fault))}"
            ) from None


def _query(subject: str, name: str, start: date, end: date) -> Query:
    if "," in name:
        # LiteLLM splits the value at commas and would return several teams.
        raise ValueError(f"{subject} must not contain a comma")
    return {**named(**{subject: name}), "start_date": start.isoformat(), "end_date": end.isoformat()}
