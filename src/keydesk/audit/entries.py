"""Log entries for intents, outcomes and events, before and after they are added to the chain."""

from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from enum import StrEnum
from typing import Any

from keydesk.audit.models import Change, Intent, Outcome
from keydesk.kit.redaction import cleaned

_LONGEST_NAME = 255
_LONGEST_WORD = 60


class Kind(StrEnum):
    INTENT = "intent"
    OUTCOME = "outcome"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry that is not in the chain yet. An intent and its outcome have the same `change_id`."""

    kind: Kind
    at: datetime
    change_id: str
    actor: str
    action: str
    table_name: str
    object_id: str | None = None
    before_value: dict[str, Any] | None = None
    updated_values: dict[str, Any] | None = None
    outcome: str | None = None
    reason: str | None = None
    request_id: str | None = None
    source: str | None = None
    claimed_request_id: str | None = None
    claimed_source: str | None = None

    def members(self) -> dict[str, Any]:
        """Return all members by name, without copies. `at` is a datetime."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Draft):
    """An entry in the chain. `number` counts changes, so it is None for outcomes."""

    seq: int
    number: int | None
    previous: str
    hash: str


MEMBERS = tuple(field.name for field in fields_of(Entry))


def draft(kind: Kind, intent: Intent, at: datetime, **fields: Any) -> Draft:
    """Return the entry to record for a change. Text that looks like a credential is removed."""
    change = intent.change
    return Draft(
        kind=kind,
        at=at,
        change_id=intent.id,
        actor=cleaned(change.actor)[:_LONGEST_NAME],
        action=str(change.action),
        table_name=str(change.table),
        object_id=recorded_id(intent.object_id) if intent.object_id else None,
        **fields,
    )


def recorded_id(object_id: str) -> str:
    """Return an object id as it is recorded in the log."""
    return str(cleaned(object_id))[:_LONGEST_NAME]


def values_of(change: Change) -> dict[str, Any]:
    """Return the old and new values of a change as members of a draft."""
    return {"before_value": cleaned(change.before), "updated_values": cleaned(change.after)}


def ending(outcome: Outcome, reason: str | None) -> dict[str, Any]:
    """Return the outcome and its reason as members of a draft."""
    return {"outcome": str(outcome), "reason": reason[:_LONGEST_WORD] if reason else None}
