"""Where a leaked key was found, for the banner on its page."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from keydesk.api.dependencies import services_of
from keydesk.audit.models import Action, AuditedTable
from keydesk.audit.policy import Filter
from keydesk.keys.models import LEAKED, KeyView
from keydesk.kit.people import Person
from keydesk.leaks.models import Source
from keydesk.web.audit.search import visible_page
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_REPORTERS: dict[str, str] = {
    Source.GITHUB: N_("GitHub found it with secret scanning."),
    Source.PUBLIC: N_("Someone who has the key reported it."),
    Source.COMMAND: N_("The platform team reported it."),
    Source.SCANNER: N_("A secret scanner of the company found it."),
}


@dataclass(frozen=True, slots=True)
class LeakNote:
    """`reporter` is a sentence. The time, reporter and place are missing once the audit log no longer has them."""

    at: datetime | None = None
    reporter: str | None = None
    place: str | None = None


async def leak_of(request: Request, person: Person, key: KeyView) -> LeakNote | None:
    """Return where the key was found, or None if it is not blocked because of a leak."""
    mark = await services_of(request).keys.store.block_mark(key.token) if key.blocked else None
    if mark is None or mark.by != LEAKED:
        return None
    wanted = Filter(action=Action.LEAK_REPORTED, table_name=AuditedTable.KEY, object_id=key.token)
    found = (await visible_page(request, person, wanted, 1, 1)).audit_logs
    if not found:
        return LeakNote()
    values = found[0].updated_values
    reporter = _REPORTERS.get(values.get("source", ""))
    return LeakNote(found[0].updated_at, _(reporter) if reporter else None, values.get("found_at"))
