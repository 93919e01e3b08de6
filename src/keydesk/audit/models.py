"""The vocabulary of the audit log. An action is a past participle; tables go by LiteLLM's names."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SYSTEM_ACTOR = "keydesk"
"""The actor of what the key desk does by itself; people are entity references, which have a colon."""


class Action(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    SPEND_RESET = "spend_reset"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    CONFIGURED = "configured"
    PRUNED = "pruned"


class AuditedTable(StrEnum):
    """What was changed. Names of our own are of things that LiteLLM does not have."""

    KEY = "LiteLLM_VerificationToken"
    USER = "LiteLLM_UserTable"
    TEAM = "LiteLLM_TeamTable"
    MEMBERSHIP = "LiteLLM_TeamMembership"
    OBJECT_PERMISSION = "LiteLLM_ObjectPermissionTable"
    SESSION = "Keydesk_Session"
    PERMISSION = "Keydesk_Permission"
    CONFIGURATION = "Keydesk_Configuration"
    AUDIT_LOG = "Keydesk_AuditLog"


class Outcome(StrEnum):
    """How a change ended. The last two are found out later, by reconciling what a crash left open."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDONE = "undone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """Something a person is about to do. Values are plain JSON without secrets and key hashes."""

    actor: str
    action: Action
    table: AuditedTable
    object_id: str | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Intent:
    """A change on record. Its maker sets `object_id` once what was created has one.

    `also` are statements of stores, run in the transaction that records the outcome: one flush instead of two.
    """

    id: str
    at: datetime
    change: Change
    object_id: str | None
    also: list[Any] = field(default_factory=list)
