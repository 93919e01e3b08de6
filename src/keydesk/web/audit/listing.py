"""Gathers what the audit page and its files show, without what is hidden from the auditor who asks."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.audit.policy import Filter, Range, asked_range, filter_of
from keydesk.audit.reading import AuditPage, ChangeView
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.web.audit.differences import ValueChange, value_changes
from keydesk.web.audit.words import ACTIONS, OUTCOMES, TABLES

PAGE_SIZE = 25
_EXPORT_PAGE = 100
MOST_EXPORTED = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """The filter as it was typed. Empty texts ask for anything."""

    start_date: str = ""
    end_date: str = ""
    action: str = ""
    table_name: str = ""
    changed_by: str = ""

    @property
    def filter(self) -> Filter:
        """Raises InvalidRequest, naming the field."""
        during = asked_range(self.start_date or None, self.end_date or None)
        who = self.changed_by.strip()
        return filter_of(during, action=self.action, table_name=self.table_name, changed_by=who)

    @property
    def query(self) -> dict[str, str]:
        """What of it was said, for addresses of other pages of the same list."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class Row:
    """One change in words. `tone` is that of its outcome."""

    log: ChangeView
    action: str
    table: str
    outcome: str
    tone: str
    values: list[ValueChange]


def rows(page: AuditPage) -> list[Row]:
    return [_row(log) for log in page.audit_logs]


def _row(log: ChangeView) -> Row:
    outcome, tone = OUTCOMES.get(log.outcome, (log.outcome or "", "over"))
    return Row(
        log,
        ACTIONS.get(log.action, log.action),
        TABLES.get(log.table_name, log.table_name),
        outcome,
        tone,
        value_changes(log.before_value, log.updated_values),
    )


async def visible_page(request: Request, person: Person, wanted: Filter, number: int, size: int) -> AuditPage:
    """One page of the log as this auditor may see it."""
    services = services_of(request)
    found = await services.audit_reader.page(wanted, number, size)
    return await services.audit_redaction.over(found, person)


async def everything(request: Request, person: Person, wanted: Filter) -> list[ChangeView]:
    """All changes that are wanted, newest first, up to now: what is recorded meanwhile would shift the pages.

    Raises InvalidRequest for more than an answer can hold.
    """
    wanted = _until_now(wanted, services_of(request).clock)
    found = await visible_page(request, person, wanted, 1, _EXPORT_PAGE)
    if found.total > MOST_EXPORTED:
        raise InvalidRequest(
            f"start_date: expected a period with at most {MOST_EXPORTED:,} changes",
            hint="Narrow the search, or print the whole log with `keydesk audit export`.",
            param="start_date",
        )
    logs = [*found.audit_logs]
    for number in range(2, found.total_pages + 1):
        logs += (await visible_page(request, person, wanted, number, _EXPORT_PAGE)).audit_logs
    return logs


def _until_now(wanted: Filter, clock: Clock) -> Filter:
    now = clock()
    end = min(wanted.during.end or now, now)
    return replace(wanted, during=Range(wanted.during.start, end))


async def list_content(request: Request, person: Person, asked: Question, number: int) -> dict[str, Any]:
    """What the page shows. A filter that cannot be is explained above the form, which keeps what was typed."""
    found, problem = None, None
    try:
        found = await visible_page(request, person, asked.filter, number, PAGE_SIZE)
    except InvalidRequest as refused:
        problem = refused
    lists = {"actions": ACTIONS, "tables": TABLES}
    return {"found": found, "rows": rows(found) if found else [], "asked": asked, "problem": problem, **lists}
