"""The list of the audit page: its columns and filters, and one page of it from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from keydesk.accounts.names import PeopleNames
from keydesk.api.dependencies import services_of
from keydesk.api.services import Services
from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import ChangeView
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.web.audit.differences import ValueChange, value_changes
from keydesk.web.audit.search import Search, filter_of_search
from keydesk.web.audit.words import actions, actor_name, name_in, outcome_of, tables
from keydesk.web.date_fields import date_faults
from keydesk.web.error_view import sentence
from keydesk.web.language import N_
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.state import ListState, state_of
from keydesk.web.lists.view import read_page


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


CHANGES: Listing[Row] = Listing(
    name="change",
    columns=(
        Column("time", N_("Time"), lambda row: row.log.updated_at, falls_first=True, fixed=True),
        Column("who", N_("User")),
        Column("action", N_("Action")),
        Column("name", N_("Name")),
        Column("source", N_("IP address"), usual=False),
        Column("request", N_("Request ID"), usual=False),
        Column("outcome", N_("Outcome")),
    ),
    sort="-time",
    filters=(
        Filter("start_date", N_("From (UTC)"), kind="day"),
        Filter("end_date", N_("To (UTC)"), kind="day"),
        Filter("action", N_("Action"), lambda _rows: actions()),
        Filter("table_name", N_("Resource"), lambda _rows: tables()),
        Filter("changed_by", N_("User"), kind="text", hint=N_("Name or email")),
    ),
)


async def list_content(request: Request, person: Person, search: Search) -> dict[str, Any]:
    """Return the content of the page. An invalid filter is reported above the form, which keeps its values."""
    services = services_of(request)
    state = state_of(CHANGES, "/audit", request.query_params)
    shown, matching, problem = list[Row](), 0, None
    try:
        wanted = await filter_of_search(request, search)
        found = await services.audit_reader.page(
            wanted, state.page, state.size, oldest_first=not state.falling
        )
        found, matching = await services.audit_redaction.redact(found, person), found.total
        shown = await _rows(
            found.audit_logs, await _subjects(services, found.audit_logs), services.people_names
        )
    except InvalidRequest as refused:
        problem = refused
    return {
        "changes": read_page(shown, state, matching, matching),
        "problem": problem,
        "problem_text": sentence(problem) if problem else "",
        "faults": _faults(problem, search, state) if problem else {},
    }


def _faults(problem: InvalidRequest, search: Search, state: ListState) -> Mapping[str, str]:
    """Return the error at its filter. A filter whose value cannot be shown has none."""
    if problem.param in state.filters and problem.param == "changed_by":
        return {problem.param: sentence(problem)}
    return date_faults(problem, search.start_date, search.end_date)


async def _subjects(services: Services, logs: list[ChangeView]) -> dict[str, str]:
    """Return the names of accounts and teams by id. Their changes often have no name."""
    accounts = await services.people_names.of_accounts(_ids(logs, AuditedTable.USER))
    teams = await services.team_names.of(_ids(logs, AuditedTable.TEAM))
    people = {user_id: person.name for user_id, person in accounts.items()}
    return people | {team_id: name for team_id, name in teams.items() if name != team_id}


def _ids(logs: list[ChangeView], table: AuditedTable) -> set[str]:
    return {log.object_id for log in logs if log.table_name == table and log.object_id}


async def _rows(logs: list[ChangeView], subjects: Mapping[str, str], names: PeopleNames) -> list[Row]:
    """Return the rows of changes. An action or table without a label shows its name."""
    acted, changed = actions(), tables()
    people = await names.of_refs(log.changed_by for log in logs)
    return [
        Row(
            log,
            actor_name(log.changed_by, people),
            name_in(log) or subjects.get(log.object_id or ""),
            acted.get(log.action, log.action),
            changed.get(log.table_name, log.table_name),
            *outcome_of(log.outcome),
            value_changes(log.before_value, log.updated_values),
        )
        for log in logs
    ]
