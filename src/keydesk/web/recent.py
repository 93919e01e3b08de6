"""The last things somebody did, in words, out of the audit log. Pure."""

from dataclasses import dataclass
from datetime import datetime

from keydesk.audit.models import Action, AuditedTable
from keydesk.audit.reading import ChangeView

_THINGS = {
    AuditedTable.KEY: "Key",
    AuditedTable.USER: "Account",
    AuditedTable.TEAM: "Team",
    AuditedTable.MEMBERSHIP: "Membership",
    AuditedTable.OBJECT_PERMISSION: "Knowledge bases and tools",
}
_NAMES = ("key_alias", "alias", "team_alias")
_WORDS = {Action.SPEND_RESET: "spend set to zero"}


@dataclass(frozen=True, slots=True)
class Line:
    """`name` is the thing's own, if it has one; `went_wrong` tells of what was refused or never happened."""

    at: datetime
    thing: str
    name: str | None
    word: str
    went_wrong: bool


def lines(changes: list[ChangeView], at_most: int) -> list[Line]:
    """Changes of things, newest first; sign-ins and refusals are left to the audit log."""
    return [_line(change) for change in changes if change.table_name in _THINGS][:at_most]


def _line(change: ChangeView) -> Line:
    said = {**change.before_value, **change.updated_values}
    name = next((str(said[each]) for each in _NAMES if said.get(each)), None)
    word = _WORDS.get(Action(change.action), change.action) if change.action in set(Action) else change.action
    failed = change.outcome not in {"succeeded", None}
    return Line(change.updated_at, _THINGS[AuditedTable(change.table_name)], name, word, failed)
