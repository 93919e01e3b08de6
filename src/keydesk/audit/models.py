"""Actions, tables and outcomes of the audit log. Actions are past participles, tables have LiteLLM's names."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SYSTEM_ACTOR = "keydesk"
"""The actor of changes by Keydesk itself. People are entity references, which contain a colon."""


class Action(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    EXTENDED = "extended"
    DELETED = "deleted"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ADOPTED = "adopted"
    SPEND_RESET = "spend_reset"
    ROTATED = "rotated"
    SECRET_ENDED = "secret_ended"  # noqa: S105 - a name
    LEAK_REPORTED = "leak_reported"
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    GRANT_ENDED = "grant_ended"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    CONFIGURED = "configured"
    PRUNED = "pruned"
    CLOSED = "closed"
    DOWNLOADED = "downloaded"


class AuditedTable(StrEnum):
    """What was changed. `Keydesk_` names are for objects that LiteLLM does not have."""

    KEY = "LiteLLM_VerificationToken"
    USER = "LiteLLM_UserTable"
    TEAM = "LiteLLM_TeamTable"
    MEMBERSHIP = "LiteLLM_TeamMembership"
    OBJECT_PERMISSION = "LiteLLM_ObjectPermissionTable"
    SESSION = "Keydesk_Session"
    PERMISSION = "Keydesk_Permission"
    REQUEST = "Keydesk_Request"
    CONFIGURATION = "Keydesk_Configuration"
    AUDIT_LOG = "Keydesk_AuditLog"
    STATEMENT = "Keydesk_Statement"
    MACHINE = "Keydesk_Machine"


class Outcome(StrEnum):
    """The outcome of a change. Only reconciliation after a crash sets `UNDONE` and `UNKNOWN`."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDONE = "undone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """A change to be made. Values are JSON, without secrets and key hashes."""

    actor: str
    action: Action
    table: AuditedTable
    object_id: str | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Intent:
    """A recorded change. The code that creates an object sets `object_id` as soon as it is known.

    `also` are statements that run in the transaction that records the outcome, and `tags` are sent with it to the
    other processes. `has_begun` is true while a part of the change has been made: if the block fails then, the intent
    stays open for reconciliation.
    """

    id: str
    at: datetime
    change: Change
    object_id: str | None
    also: list[Any] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    has_begun: bool = False
