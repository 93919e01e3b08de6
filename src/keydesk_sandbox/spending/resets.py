"""Resets budgets at the end of their period: spend becomes zero, the next reset is set. Totals stay."""

from datetime import datetime
from typing import Final

from keydesk_sandbox import clock, rows
from keydesk_sandbox.durations import BadDurationError, next_reset
from keydesk_sandbox.rows import Database

_TABLES: Final = {
    "keys": ("token",),
    "users": ("user_id",),
    "teams": ("team_id",),
    "memberships": ("team_id", "user_id"),
}


def reset_due_budgets(db: Database, now: datetime) -> None:
    """Reset every budget whose `budget_reset_at` has passed.

    LiteLLM does this in a job about every ten minutes; the sandbox does it before it handles a call.
    """
    for table, identity in _TABLES.items():
        query = f"SELECT * FROM {table} WHERE budget_reset_at <= ?"  # noqa: S608 - our own names
        for row in rows.select(db, query, [clock.stored(now)]):
            changes = {"spend": 0.0, "budget_reset_at": reset_at(now, row["budget_duration"])}
            rows.update(db, table, {name: row[name] for name in identity}, changes)


def reset_at(now: datetime, duration: str | None) -> str | None:
    """Return the stored time of the next reset of this duration, or None."""
    if duration is None:
        return None
    try:
        return clock.stored(next_reset(now, duration))
    except (BadDurationError, OverflowError):
        return None
