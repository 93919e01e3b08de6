"""The history of one key from the audit log, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from keydesk.accounts.names import PersonName
from keydesk.api.dependencies import services_of
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable
from keydesk.audit.policy import Filter
from keydesk.audit.reading import ChangeView
from keydesk.keys.models import KeyView
from keydesk.kit.people import Person
from keydesk.web.audit.search import visible_page
from keydesk.web.audit.words import actions, actor_name, was_not_made
from keydesk.web.language import gettext as _
from keydesk.web.setting_text import setting_label, setting_value

_MOST = 20
_SHOWN = (
    "key_alias",
    "models",
    "max_budget",
    "budget_duration",
    "duration",
    "tpm_limit",
    "rpm_limit",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` is empty if the log does not have it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change. `failed` marks a change that was not made."""

    at: datetime
    text: str
    failed: bool
    fields: list[FieldChange]


async def history_of(
    request: Request, person: Person, key: KeyView, *, with_names: bool
) -> list[HistoryLine]:
    """Return the latest changes of the key, newest first. Only auditors see who made them `with_names`."""
    wanted = Filter(table_name=AuditedTable.KEY, object_id=key.token)
    changes = (await visible_page(request, person, wanted, 1, _MOST)).audit_logs
    refs = [change.changed_by for change in changes]
    people = await services_of(request).people_names.of_refs(refs) if with_names else None
    return [_line(change, person, people) for change in changes]


def _line(change: ChangeView, person: Person, people: Mapping[str, PersonName] | None) -> HistoryLine:
    text = _text(change, person, people)
    fields = list(_fields(change)) if change.action == Action.UPDATED else []
    return HistoryLine(change.updated_at, text[:1].upper() + text[1:], was_not_made(change), fields)


def _text(change: ChangeView, person: Person, people: Mapping[str, PersonName] | None) -> str:
    action = actions().get(change.action, change.action)
    if change.changed_by == person.ref:
        return _("%(action)s by you", action=action)
    if change.action == Action.LEAK_REPORTED:
        return action
    if people is None and change.changed_by != SYSTEM_ACTOR:
        return _("%(action)s by an administrator", action=action)
    return _("%(action)s by %(name)s", action=action, name=actor_name(change.changed_by, people or {}))


def _fields(change: ChangeView) -> Iterator[FieldChange]:
    for name, after in change.updated_values.items():
        before = change.before_value.get(name)
        if name in _SHOWN and (before != after or name not in change.before_value):
            known = setting_value(name, before) if name in change.before_value else ""
            yield FieldChange(setting_label(name), known, setting_value(name, after))
