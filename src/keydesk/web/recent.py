"""A person's recent activity, from the audit log. Pure."""

from dataclasses import dataclass
from datetime import datetime

from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import ChangeView
from keydesk.web.audit.words import actions, name_in, was_not_made
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_THINGS = {
    AuditedTable.KEY: N_("API key"),
    AuditedTable.USER: N_("Account"),
    AuditedTable.TEAM: N_("Team"),
    AuditedTable.MEMBERSHIP: N_("Team members"),
    AuditedTable.OBJECT_PERMISSION: N_("Knowledge bases and MCP servers"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`name` is None for an object without a name. `failed` marks a change that was not made."""

    at: datetime
    thing: str
    name: str | None
    word: str
    failed: bool


def lines(changes: list[ChangeView], at_most: int) -> list[Line]:
    """Return changes of keys, teams and accounts, newest first, without sign-ins and rejected changes."""
    return [_line(change) for change in changes if change.table_name in _THINGS][:at_most]


def _line(change: ChangeView) -> Line:
    word = actions().get(change.action, change.action)
    thing = _(_THINGS[AuditedTable(change.table_name)])
    return Line(change.updated_at, thing, name_in(change), word, was_not_made(change))
