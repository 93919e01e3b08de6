"""Usage reports and exports of people and teams."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from cachetools import LRUCache

from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.litellm import User
from keydesk.teams.service import Teams
from keydesk.usage.answers import Answer, Answers, answer_of
from keydesk.usage.coverage import Interval
from keydesk.usage.csv_file import csv_file
from keydesk.usage.export import table_of
from keydesk.usage.filtering import filtered
from keydesk.usage.grouping import grouped_json
from keydesk.usage.models import UsageView
from keydesk.usage.parquet_file import parquet_file
from keydesk.usage.query import UsageQueries
from keydesk.usage.question import UsageRequest
from keydesk.usage.report import Money, report_json
from keydesk.usage.subjects import Subject, UsageData

FileFormat = Literal["csv", "parquet"]
_MAX_QUERIES = 1_000
_MAX_QUERY_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Export:
    """A file with the completeness and time of its figures."""

    content: bytes
    usage: UsageData


@dataclass(frozen=True, slots=True)
class Usage:
    queries: UsageQueries
    answers: Answers
    teams: Teams
    clock: Clock
    max_age_seconds: float | None = None
    """The age from which reports are read again before they are returned. None accepts stale reports."""
    _parsed_queries: LRUCache[tuple[bytes, dt.date], UsageRequest] = field(
        default_factory=lambda: LRUCache(_MAX_QUERIES)
    )

    def within(self, max_age_seconds: float) -> Self:
        """Return the same service for readers who wait for newer figures instead of getting older ones."""
        return replace(self, max_age_seconds=max_age_seconds)

    async def of_user(self, user: User, usage_request: UsageRequest) -> UsageView:
        """Return the usage of the user's keys, including keys in teams. `usage_request` has no groups."""
        answer = await self.answer_for_user(user, usage_request)
        return UsageView.model_validate_json(answer.body)

    async def of_team(
        self, person: Person, user: User, team_id: str, usage_request: UsageRequest
    ) -> UsageView:
        """Return the usage of a team for its members and managers, without spend if its budget is hidden from them."""
        answer = await self.answer_for_team(person, user, team_id, usage_request)
        return UsageView.model_validate_json(answer.body)

    async def answer_for_user(self, user: User, usage_request: UsageRequest) -> Answer:
        """Return the JSON of a UsageView, or of a GroupedUsageView if `usage_request` has groups."""
        return await self._answer(Subject("user", user.user_id), usage_request, hidden=False)

    async def of_key(self, subject: Subject, usage_request: UsageRequest) -> UsageView:
        """Return the usage of one key for the key itself. `usage_request` filters the usage of its owner or team."""
        answer = await self._answer(subject, usage_request, hidden=False)
        return UsageView.model_validate_json(answer.body)

    def fresh_for_user(self, user: User, query: bytes) -> Answer | None:
        """Return `answer_for_user`'s result if it is cached and the query string was parsed today, else None."""
        usage_request = self._parsed_queries.get((query, self.clock().date()))
        return (
            self.answers.fresh((Subject("user", user.user_id), usage_request, False))
            if usage_request
            else None
        )

    def note_query(self, query: bytes, today: dt.date, usage_request: UsageRequest) -> None:
        """Cache the parsed query string for today, because default dates depend on the day."""
        if len(query) <= _MAX_QUERY_BYTES:
            self._parsed_queries[query, today] = usage_request

    async def answer_for_team(
        self, person: Person, user: User, team_id: str, usage_request: UsageRequest
    ) -> Answer:
        """Like `answer_for_user`, for a team."""
        _, hidden = await self.teams.readable(person, user, team_id)
        return await self._answer(Subject("team", team_id), usage_request, hidden=hidden)

    async def export_for_user(self, user: User, usage_request: UsageRequest, form: FileFormat) -> Export:
        """Return a file with one row per day, model and key, or one row per group. Raises FormatUnavailable."""
        return await self._export(Subject("user", user.user_id), usage_request, form, hidden=False)

    async def export_for_team(
        self, person: Person, user: User, team_id: str, usage_request: UsageRequest, form: FileFormat
    ) -> Export:
        """Like `export_for_user`, for a team."""
        _, hidden = await self.teams.readable(person, user, team_id)
        return await self._export(Subject("team", team_id), usage_request, form, hidden=hidden)

    async def _answer(self, subject: Subject, usage_request: UsageRequest, *, hidden: bool) -> Answer:
        async def make() -> Answer:
            usage = await self._usage(subject, usage_request, cells=False)
            by, money = usage_request.group_by, Money(hidden=hidden)
            body = grouped_json(usage, by, money) if by else report_json(usage, money)
            return answer_of(body, usage.as_of, complete=usage.complete)

        return await self.answers.get((subject, usage_request, hidden), make, self.max_age_seconds)

    async def _export(
        self, subject: Subject, usage_request: UsageRequest, form: FileFormat, *, hidden: bool
    ) -> Export:
        usage = await self._usage(subject, usage_request, cells=usage_request.group_by is None)
        table = table_of(usage, usage_request.group_by, Money(hidden=hidden))
        # A year of a large team is 50,000 rows, which must not block other requests.
        content = await asyncio.to_thread(csv_file if form == "csv" else parquet_file, table)
        return Export(content, usage)

    async def _usage(self, subject: Subject, usage_request: UsageRequest, *, cells: bool) -> UsageData:
        wanted = Interval(usage_request.period.start, usage_request.period.end)
        cells = cells or bool(usage_request.filters)
        usage = await self.queries.of(subject, wanted, cells=cells, max_age_seconds=self.max_age_seconds)
        if not usage_request.filters:
            return usage
        days = filtered(usage.days, usage.names, usage_request.filters)
        return UsageData(usage.names, days, usage.complete, usage.as_of)
