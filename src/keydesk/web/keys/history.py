"""The history of one key from the audit log, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request

from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable
from keydesk.audit.policy import Filter
from keydesk.audit.reading import ChangeView
from keydesk.keys.models import KeyView
from keydesk.kit.entity_refs import split_ref
from keydesk.kit.people import Person
from keydesk.web.audit.listing import visible_page
from keydesk.web.audit.words import actions, was_not_made
from keydesk.web.formats import usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.values import value_text

_MOST = 20
_LABELS = {
    "key_alias": N_("Name"),
    "models": N_("Models"),
    "max_budget": N_("Budget"),
    "budget_duration": N_("Resets every"),
    "duration": N_("Expires in"),
    "tpm_limit": N_("Tokens per minute"),
    "rpm_limit": N_("Requests per minute"),
}


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
    found = await visible_page(request, person, wanted, 1, _MOST)
    return [_line(change, person, with_names=with_names) for change in found.audit_logs]


def _line(change: ChangeView, person: Person, *, with_names: bool) -> HistoryLine:
    text = _text(change, person, with_names=with_names)
    fields = list(_fields(change)) if change.action == Action.UPDATED else []
    return HistoryLine(change.updated_at, text[:1].upper() + text[1:], was_not_made(change), fields)


def _text(change: ChangeView, person: Person, *, with_names: bool) -> str:
    action = actions().get(change.action, change.action)
    if change.changed_by == person.ref:
        return _("%(action)s by you", action=action)
    if change.changed_by == SYSTEM_ACTOR:
        return _("%(action)s by Keydesk", action=action)
    if with_names:
        return _("%(action)s by %(name)s", action=action, name=split_ref(change.changed_by)[2])
    return _("%(action)s by an administrator", action=action)


def _fields(change: ChangeView) -> Iterator[FieldChange]:
    for name, after in change.updated_values.items():
        before = change.before_value.get(name)
        if name in _LABELS and (before != after or name not in change.before_value):
            known = name in change.before_value
            yield FieldChange(_(_LABELS[name]), _shown(name, before) if known else "", _shown(name, after))


def _shown(name: str, value: Any) -> str:
    return usd(value) if name == "max_budget" else value_text(value)
