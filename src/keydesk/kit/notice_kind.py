"""The kinds of notices. Settings and stored choices use these names, so a name never changes."""

from enum import StrEnum


class NoticeKind(StrEnum):
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_EXPIRING = "key_expiring"
    KEY_EXPIRED = "key_expired"
    KEY_BLOCKED = "key_blocked"
    KEY_IDLE = "key_idle"
    KEY_POLICY = "key_policy"
    """The key breaks a policy and is about to be blocked."""
    KEY_LEAKED = "key_leaked"
    BUDGET_THRESHOLD = "budget_threshold"
    BUDGET_FORECAST = "budget_forecast"
    """The budget will be used up before it resets."""
    SPEND_JUMP = "spend_jump"
    FINDING = "gateway_finding"
    """The watchdog found something in the gateway. Only the channels of the platform team get it."""
    REQUEST_RECEIVED = "request_received"
    REQUEST_WAITING = "request_waiting"
    """A reminder: nobody has decided about the request yet."""
    REQUEST_EXPIRING = "request_expiring"
    """The request is about to expire without a decision."""
    REQUEST_DECIDED = "request_decided"
    GRANT_ENDED = "grant_ended"
    MACHINE_SIGNED_IN = "machine_signed_in"


OPERATOR_KINDS = frozenset({NoticeKind.FINDING})
"""Kinds that no person gets, so that nobody chooses them."""
