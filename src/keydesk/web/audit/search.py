"""Searches the audit log for its page and downloads, limited to what the auditor may see."""

from dataclasses import dataclass, replace

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.audit.policy import Filter, Range, filter_of, range_of_days
from keydesk.audit.reading import AuditPage, ChangeView
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest
from keydesk.web.formats import number as formatted
from keydesk.web.lists.people import people_matching

_EXPORT_PAGE = 100
MOST_EXPORTED = 10_000


@dataclass(frozen=True, slots=True)
class Search:
    """The values of the filters. An empty value matches everything."""

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


async def filter_of_search(request: Request, search: Search) -> Filter:
    """Return the filter with the references of all people whose name or email contains the text.

    Raises InvalidRequest for an invalid filter, and if too many people match.
    """
    wanted, who = search.filter, search.changed_by.strip()
    if not who or ":" in who or who == SYSTEM_ACTOR:
        return wanted
    people = await people_matching(request, who, "changed_by")
    return replace(wanted, actors=tuple({*(wanted.actors or ()), *people}))


async def visible_page(request: Request, person: Person, wanted: Filter, number: int, size: int) -> AuditPage:
    """Return one page of the log, newest first, as this auditor may see it."""
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
