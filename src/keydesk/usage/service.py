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
from keydesk.usage.question import Question
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
    _parsed_queries: LRUCache[tuple[bytes, dt.date], Question] = field(
        default_factory=lambda: LRUCache(_MAX_QUERIES)
    )

    def within(self, max_age_seconds: float) -> Self:
        """Return the same service for readers who wait for newer figures instead of getting older ones."""
        return replace(self, max_age_seconds=max_age_seconds)

    async def of_user(self, user: User, question: Question) -> UsageView:
        """Return the usage of the user's keys, including keys in teams. `question` has no groups."""
        answer = await self.answer_for_user(user, question)
        return UsageView.model_validate_json(answer.body)

    async def of_team(self, person: Person, user: User, team_id: str, question: Question) -> UsageView:
        """Return the usage of a team for its members and managers, without spend if its budget is hidden from them."""
        answer = await self.answer_for_team(person, user, team_id, question)
        return UsageView.model_validate_json(answer.body)

    async def answer_for_user(self, user: User, question: Question) -> Answer:
        """Return the JSON of a UsageView, or of a GroupedUsageView if `question` has groups."""
        return await self._answer(Subject("user", user.user_id), question, hidden=False)

    def fresh_for_user(self, user: User, query: bytes) -> Answer | None:
        """Return `answer_for_user`'s result if it is cached and the query string was parsed today, else None."""
        question = self._parsed_queries.get((query, self.clock().date()))
        return self.answers.fresh((Subject("user", user.user_id), question, False)) if question else None

    def note_query(self, query: bytes, today: dt.date, question: Question) -> None:
        """Cache the parsed query string for today, because default dates depend on the day."""
        if len(query) <= _MAX_QUERY_BYTES:
            self._parsed_queries[query, today] = question

    async def answer_for_team(self, person: Person, user: User, team_id: str, question: Question) -> Answer:
        """Like `answer_for_user`, for a team."""
        _, hidden = await self.teams.readable(person, user, team_id)
        return await self._answer(Subject("team", team_id), question, hidden=hidden)

    async def export_for_user(self, user: User, question: Question, form: FileFormat) -> Export:
        """Return a file with one row per day, model and key, or one row per group. Raises FormatUnavailable."""
        return await self._export(Subject("user", user.user_id), question, form, hidden=False)

    async def export_for_team(
        self, person: Person, user: User, team_id: str, question: Question, form: FileFormat
    ) -> Export:
        """Like `export_for_user`, for a team."""
        _, hidden = await self.teams.readable(person, user, team_id)
        return await self._export(Subject("team", team_id), question, form, hidden=hidden)

    async def _answer(self, subject: Subject, question: Question, *, hidden: bool) -> Answer:
        async def make() -> Answer:
            usage = await self._usage(subject, question, cells=False)
            by, money = question.group_by, Money(hidden=hidden)
            body = grouped_json(usage, by, money) if by else report_json(usage, money)
            return answer_of(body, usage.as_of, complete=usage.complete)

        return await self.answers.get((subject, question, hidden), make, self.max_age_seconds)

    async def _export(
        self, subject: Subject, question: Question, form: FileFormat, *, hidden: bool
    ) -> Export:
        usage = await self._usage(subject, question, cells=question.group_by is None)
        table = table_of(usage, question.group_by, Money(hidden=hidden))
        # A year of a large team is 50,000 rows, which must not block other requests.
        content = await asyncio.to_thread(csv_file if form == "csv" else parquet_file, table)
        return Export(content, usage)

    async def _usage(self, subject: Subject, question: Question, *, cells: bool) -> UsageData:
        wanted = Interval(question.period.start, question.period.end)
        cells = cells or bool(question.only)
        usage = await self.queries.of(subject, wanted, cells=cells, max_age_seconds=self.max_age_seconds)
        if not question.only:
            return usage
        days = filtered(usage.days, usage.names, question.only)
        return UsageData(usage.names, days, usage.complete, usage.as_of)
