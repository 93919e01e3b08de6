"""One entry of the log: what is recorded of an intent, an outcome or an event, before and after it is in the chain."""

from dataclasses import dataclass, fields
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
    """What is to be recorded. `change_id` is the same in an intent and its outcome."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Draft):
    """A draft at its place in the chain. `number` counts changes, which outcomes are not."""

    seq: int
    number: int | None
    previous: str
    hash: str

    def members(self) -> dict[str, Any]:
        """Every member by its name, `at` as a datetime."""
        return {name: getattr(self, name) for name in MEMBERS}


MEMBERS = tuple(field.name for field in fields(Entry))


def draft(kind: Kind, intent: Intent, at: datetime, **said: Any) -> Draft:
    """What to record of a change at one moment; whatever looks like a credential is taken out."""
    change = intent.change
    return Draft(
        kind=kind,
        at=at,
        change_id=intent.id,
        actor=cleaned(change.actor)[:_LONGEST_NAME],
        action=str(change.action),
        table_name=str(change.table),
        object_id=recorded_id(intent.object_id) if intent.object_id else None,
        **said,
    )


def recorded_id(object_id: str) -> str:
    """An object's id as it stands in the log."""
    return str(cleaned(object_id))[:_LONGEST_NAME]


def values_of(change: Change) -> dict[str, Any]:
    """The before and after of a change as members of a draft."""
    return {"before_value": cleaned(change.before), "updated_values": cleaned(change.after)}


def ending(outcome: Outcome, reason: str | None) -> dict[str, Any]:
    """How it ended as members of a draft."""
    return {"outcome": str(outcome), "reason": reason[:_LONGEST_WORD] if reason else None}
