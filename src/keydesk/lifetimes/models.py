"""Violations of the policy for lifetimes, and the warnings about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Violation(StrEnum):
    """Why an existing key violates the policy. Keydesk shortens the first two, and blocks the others."""

    NEVER_EXPIRES = "never_expires"
    TOO_LONG = "too_long"
    ROTATION_OVERDUE = "rotation_overdue"
    IDLE = "idle"


BLOCKERS = {
    Violation.ROTATION_OVERDUE: "keydesk:rotation-overdue",
    Violation.IDLE: "keydesk:idle",
}
"""Stored as the blocker of keys that Keydesk blocked for a violation. The owner cannot unblock them directly."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A recorded warning: since when the owner could know of the violation."""

    key_id: str
    violation: Violation
    at: datetime
