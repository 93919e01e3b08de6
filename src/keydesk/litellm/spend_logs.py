"""LiteLLM's spend logs: single calls, newest first, without prompts and responses, and their sums by day."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from msgspec import MsgspecError

from keydesk.litellm.call import Call, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import BadRequest, UnexpectedAnswer
from keydesk.litellm.sanitising import sanitised
from keydesk.litellm.shapes.spend_log import SpendLog, SpendLogPage, read_logged_days, read_spend_logs

_ROUTE = "/spend/logs/v2"
_BY_DAY = "/global/spend/logs"
_LARGEST_PAGE = 1000
_SMALLER_PAGE = 100
"""The largest page of LiteLLM 1.84, which responds 422 to a larger one."""
_SECOND = timedelta(seconds=1)


class FilterIgnored(UnexpectedAnswer):
    """The release does not know a filter and returned other calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLogQuery:
    """Which calls to read: those of a user, a key or a team, from `since` until before `until`.

    `model` is a public name, `status` is success or failure. LiteLLM compares whole seconds.
    """

    since: datetime
    until: datetime
    user_id: str | None = None
    token_hash: str | None = field(default=None, repr=False)
    team_id: str | None = None
    model: str | None = None
    status: str | None = None

    def members(self) -> dict[str, str]:
        """Return the query of the route. Raises ValueError without a subject: LiteLLM would return all calls."""
        subjects = {"user_id": self.user_id, "api_key": self.token_hash, "team_id": self.team_id}
        given = named(**{name: value for name, value in subjects.items() if value is not None})
        if not given:
            raise ValueError("expected a user, a key or a team")
        filters = {"model_group": self.model, "status_filter": self.status}
        given |= {name: value for name, value in filters.items() if value is not None}
        return {**given, "start_date": _text(self.since), "end_date": _text(self.until)}

    def matches(self, row: SpendLog) -> bool:
        """Return whether LiteLLM applied the filters to this row."""
        expected = (
            (self.user_id, row.user_id),
            (self.token_hash, row.token_hash),
            (self.team_id, row.team_id),
            (self.model, row.model_group),
        )
        if any(wanted is not None and wanted != found for wanted, found in expected):
            return False
        return self.status is None or (self.status == "failure") == row.is_failure


class SpendLogs:
    """Single calls, available as `gateway.spend_logs`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._largest = _LARGEST_PAGE

    async def page(self, query: SpendLogQuery, number: int, size: int) -> SpendLogPage:
        """Return one page of at most 100 calls, newest first. `/spend/logs/v2`, one call.

        Raises NotFound with `route_missing` in a release without the route, and FilterIgnored.
        """
        page = await self._ask(query, number, size)
        return SpendLogPage(
            tuple(row for row in page.rows if row.started_at < query.until), page.total, page.total_is_capped
        )

    async def newest_first(self, query: SpendLogQuery) -> AsyncIterator[list[SpendLog]]:
        """Yield all calls, some at a time. Each read begins where the last one ended, so that none skips many rows.

        Raises the errors of `page`. Calls that LiteLLM writes after their page was read are left out.
        """
        number, seen = 1, frozenset[str]()
        while True:
            rows = (await self._ask(query, number, self._largest)).rows
            new = [row for row in rows if row.request_id not in seen and row.started_at < query.until]
            if new:
                yield new
            if len(rows) < self._largest:
                return
            query, number, seen = _next(query, number, rows, seen)

    async def by_day(self) -> dict[date, float]:
        """Return the spend of everyone by UTC day, of the last 30 days and today. `/global/spend/logs`, one call.

        LiteLLM adds up all its spend logs of these days in its database, which takes a while for many. A day without
        calls is missing. Raises UnexpectedAnswer if LiteLLM takes these figures from Prometheus, which are not spend
        logs, and UpstreamFailed if LiteLLM has no view for them in its database.
        """
        call = Call(method="GET", route=_BY_DAY, timeout_seconds=self._caller.config.activity_timeout_seconds)
        try:
            return read_logged_days((await self._caller.call(call)).content)
        except MsgspecError as fault:
            raise UnexpectedAnswer(
                f"{_BY_DAY} returned an unexpected response: {sanitised(str(fault))}"
            ) from None

    async def _ask(self, query: SpendLogQuery, number: int, size: int) -> SpendLogPage:
        try:
            page = await self._read(query, number, min(size, self._largest))
        except BadRequest as refused:
            if refused.param != "page_size" or self._largest == _SMALLER_PAGE:
                raise
            self._largest = _SMALLER_PAGE
            page = await self._read(query, number, _SMALLER_PAGE)
        if not all(map(query.matches, page.rows)):
            raise FilterIgnored(f"{_ROUTE} returned calls that do not match the filters")
        return page

    async def _read(self, query: SpendLogQuery, number: int, size: int) -> SpendLogPage:
        members: dict[str, str | int] = {**query.members(), "page": number, "page_size": size}
        seconds = self._caller.config.activity_timeout_seconds
        call = Call(method="GET", route=_ROUTE, query=members, timeout_seconds=seconds)
        answer = await self._caller.call(call)
        try:
            return read_spend_logs(answer.content)
        except MsgspecError as fault:
            raise UnexpectedAnswer(
                f"{_ROUTE} returned an unexpected response: {sanitised(str(fault))}"
            ) from None


def _next(
    query: SpendLogQuery, number: int, rows: Sequence[SpendLog], seen: frozenset[str]
) -> tuple[SpendLogQuery, int, frozenset[str]]:
    """Return how to read on after a full page: from the second of its last call, without those seen in that second."""
    second = rows[-1].started_at.replace(microsecond=0)
    ids = frozenset(row.request_id for row in rows if row.started_at >= second)
    if second + _SECOND < query.until:
        return replace(query, until=second + _SECOND), 1, ids
    return query, number + 1, seen | ids


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
