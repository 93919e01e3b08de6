"""The content of the audit page and its downloads, limited to what the auditor may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from keydesk.accounts.names import PeopleNames, PersonName
from keydesk.api.dependencies import services_of
from keydesk.audit.models import SYSTEM_ACTOR, AuditedTable
from keydesk.audit.policy import Filter, Range, filter_of, range_of_days
from keydesk.audit.reading import AuditPage, ChangeView
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.web.audit.differences import ValueChange, value_changes
from keydesk.web.audit.words import actions, name_in, outcome_of, tables
from keydesk.web.date_fields import date_faults
from keydesk.web.error_view import sentence
from keydesk.web.formats import number as formatted

PAGE_SIZE = 25
_EXPORT_PAGE = 100
MOST_EXPORTED = 10_000
MOST_PEOPLE = 1_000


@dataclass(frozen=True, slots=True)
class Search:
    """The values of the filter form. An empty value matches everything."""

    start_date: str = ""
    end_date: str = ""
    action: str = ""
    table_name: str = ""
    changed_by: str = ""

    @property
    def filter(self) -> Filter:
        """Return the filter. Raises InvalidRequest with the field's name."""
        during = range_of_days(self.start_date or None, self.end_date or None)
        who = self.changed_by.strip()
        return filter_of(during, action=self.action, table_name=self.table_name, changed_by=who)

    @property
    def query(self) -> dict[str, str]:
        """Return the values that are set, for links to other pages of the list."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: text for name, text in values.items() if text}


@dataclass(frozen=True, slots=True)
class Row:
    """One change, in the reader's language. `name` is the changed object's, if known; `tone` is of the outcome."""

    log: ChangeView
    who: str
    name: str | None
    action: str
    table: str
    outcome: str
    tone: str
    values: list[ValueChange]


async def rows(page: AuditPage, names: PeopleNames) -> list[Row]:
    """Return the changes of a page, newest first. An action or table without a label shows its name."""
    acted, changed = actions(), tables()
    people = await names.of_refs(log.changed_by for log in page.audit_logs)
    accounts = await names.of_accounts(
        log.object_id for log in page.audit_logs if log.table_name == AuditedTable.USER and log.object_id
    )
    return [
        Row(
            log,
            _actor(log.changed_by, people),
            name_in(log) or (accounts[log.object_id].name if log.object_id in accounts else None),
            acted.get(log.action, log.action),
            changed.get(log.table_name, log.table_name),
            *outcome_of(log.outcome),
            value_changes(log.before_value, log.updated_values),
        )
        for log in page.audit_logs
    ]


def _actor(ref: str, people: Mapping[str, PersonName]) -> str:
    """Return the name of who made a change: a person, a service or Keydesk."""
    if ref == SYSTEM_ACTOR:
        return "Keydesk"
    return people[ref].name if ref in people else ref


async def filter_of_search(request: Request, search: Search) -> Filter:
    """Return the filter with the references of all people whose name or email contains the text.

    Raises InvalidRequest for an invalid filter and for more than `MOST_PEOPLE` people.
    """
    wanted, who = search.filter, search.changed_by.strip()
    if not who or ":" in who or who == SYSTEM_ACTOR:
        return wanted
    people = await services_of(request).people_names.matching(who)
    if len(people) > MOST_PEOPLE:
        raise InvalidRequest(
            message("More than %(most)s people match this search.", most=MOST_PEOPLE),
            hint=message("Enter more of the name or email address."),
            param="changed_by",
        )
    return replace(wanted, actors=tuple({*(wanted.actors or ()), *people}))


async def visible_page(request: Request, person: Person, wanted: Filter, number: int, size: int) -> AuditPage:
    """Return one page of the log as this auditor may see it."""
    services = services_of(request)
    found = await services.audit_reader.page(wanted, number, size)
    return await services.audit_redaction.redact(found, person)


async def everything(request: Request, person: Person, wanted: Filter) -> list[ChangeView]:
    """Return all matching changes up to now, newest first. Later changes would shift the pages.

    Raises InvalidRequest for more than `MOST_EXPORTED` changes.
    """
    wanted = _until_now(wanted, services_of(request).clock)
    found = await visible_page(request, person, wanted, 1, _EXPORT_PAGE)
    if found.total > MOST_EXPORTED:
        raise InvalidRequest(
            message("This search has more than %(most)s changes.", most=formatted(MOST_EXPORTED)),
            hint=message("Choose a shorter period, or export the whole log with `keydesk audit export`."),
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


async def list_content(request: Request, person: Person, search: Search, number: int) -> dict[str, Any]:
    """Return the content of the page. An invalid filter is reported above the form, which keeps its values."""
    found, problem = None, None
    try:
        wanted = await filter_of_search(request, search)
        found = await visible_page(request, person, wanted, number, PAGE_SIZE)
    except InvalidRequest as refused:
        problem = refused
    lists = {"actions": actions(), "tables": tables()}
    return {
        "found": found,
        "rows": await rows(found, services_of(request).people_names) if found else [],
        "asked": search,
        "problem": problem,
        **lists,
        "faults": date_faults(problem, search.start_date, search.end_date) if problem else {},
    } | {"problem_text": sentence(problem) if problem else ""}
