"""Statements for the platform team: the list of months, one month by dimension, and files."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.chargeback.closing import Closing
from keydesk.chargeback.csv_rows import Layout, csv_parts
from keydesk.chargeback.focus import focus_parts
from keydesk.chargeback.models import Grouping, Months, Part, Rules, Statement, StatementFormat
from keydesk.chargeback.overview_store import StatementOverview
from keydesk.chargeback.parquet_parts import parquet_parts
from keydesk.chargeback.responses import StatementDetail, StatementPage
from keydesk.chargeback.search_store import StatementSearch
from keydesk.chargeback.store import StatementStore
from keydesk.chargeback.views import grouped, reconciliation, statement_view, statements_page
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, NotFound
from keydesk.settings import Chargeback
from keydesk.usage.parquet_file import check_parquet


@dataclass(frozen=True, slots=True)
class Chargebacks:
    store: StatementStore
    overview: StatementOverview
    search: StatementSearch
    closing: Closing
    settings: Chargeback
    audit: Audit

    async def list(self) -> StatementPage:
        """Return all statements, newest first."""
        return statements_page(await self.overview.all())

    async def detail(self, month: str, grouping: Grouping) -> StatementDetail:
        """Return one page of a statement by dimension. Raises NotFound, and InvalidRequest for an unknown label."""
        part = self.part(await self.find(month))
        _check_label(part.rules, grouping)
        sums, days = await self.search.sums(part), await self.search.days(month)
        return StatementDetail(
            **grouped(part, grouping, await self.search.groups(part, grouping)),
            statement=statement_view(part.statement, sums, days.read),
            reconciliation=reconciliation(sums, days),
        )

    async def find(self, month: str) -> Statement:
        """Return a statement. Raises NotFound."""
        statement = await self.store.find(month)
        if statement is None:
            raise NotFound(message("There is no statement for this month."))
        return statement

    async def export(
        self, month: str, form: StatementFormat, actor: str
    ) -> AsyncIterator[str] | AsyncIterator[bytes]:
        """Return a statement as the parts of a file, and record the download.

        Raises NotFound, FormatUnavailable, and SQLAlchemy's errors if the download cannot be recorded.
        """
        statement = await self.find(month)
        await self._note_download(month, form, actor)
        return self.parts(statement, form)

    async def export_several(
        self, months: Months, form: StatementFormat, actor: str
    ) -> AsyncIterator[str] | AsyncIterator[bytes]:
        """Like `export`, for all statements of a range of months. Each row has the state of its statement."""
        found = [each for each in await self.store.all() if months.first <= each.month <= months.last]
        if not found:
            raise NotFound(message("There is no statement for these months."))
        await self._note_download(f"{months.first} to {months.last}", form, actor)
        parts = [self.part(each) for each in reversed(found)]
        return self._written(parts, Layout.of_several([part.rules for part in parts]), form)

    def parts(self, statement: Statement, form: StatementFormat) -> AsyncIterator[str] | AsyncIterator[bytes]:
        """Return a statement as the parts of a file. No part holds more than some thousand rows."""
        part = self.part(statement)
        return self._written([part], Layout.of(part.rules), form)

    def _written(
        self, parts: Sequence[Part], layout: Layout, form: StatementFormat
    ) -> AsyncIterator[str] | AsyncIterator[bytes]:
        batches = self.search.batches(*parts)
        if form == "focus":
            return focus_parts(batches)
        if form == "parquet":
            return parquet_parts(batches, layout)
        return csv_parts(batches, layout)

    async def _note_download(self, months: str, form: StatementFormat, actor: str) -> None:
        if form == "parquet":
            check_parquet()
        after = {"format": form}
        await self.audit.note(Change(actor, Action.DOWNLOADED, AuditedTable.STATEMENT, months, after=after))

    def part(self, statement: Statement, team_id: str | None = None) -> Part:
        """Return the whole statement, or the part of a team. An open one follows the current settings."""
        return Part(statement, statement.rules or Rules.of(self.settings), team_id)


def _check_label(rules: Rules, grouping: Grouping) -> None:
    if (grouping.by == "label") != (grouping.label is not None):
        raise InvalidRequest(message("label: is required if group_by is label, and only then"), param="label")
    if grouping.label is not None and grouping.label not in rules.labels:
        raise InvalidRequest(
            message("label: this statement cannot be grouped by this label"),
            hint=message("The setting chargeback.labels lists the labels of statements that are not closed."),
            param="label",
        )
