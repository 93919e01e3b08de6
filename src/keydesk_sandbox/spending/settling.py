"""Makes recorded usage visible: spend of keys, people, teams and members, daily activity, spend logs."""

from datetime import datetime
from typing import Final

from keydesk_sandbox import clock, rows
from keydesk_sandbox.call import Gateway
from keydesk_sandbox.rows import Database
from keydesk_sandbox.spending.ledger import Usage
from keydesk_sandbox.spending.resets import reset_due_budgets
from keydesk_sandbox.spending.windows import add_spend, reset_windows

_ACTIVITY: Final = """
INSERT INTO daily_activity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (user_id, date, team_id, api_key, model, model_group, provider, endpoint) DO UPDATE SET
  spend = spend + excluded.spend, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
  completion_tokens = completion_tokens + excluded.completion_tokens,
  successful_requests = successful_requests + excluded.successful_requests,
  failed_requests = failed_requests + excluded.failed_requests,
  response_ms = response_ms + excluded.response_ms, timed_requests = timed_requests + excluded.timed_requests
"""


def settle(db: Database, gateway: Gateway, now: datetime, *, everything: bool = False) -> None:
    """Write the usage that is due by `now`, or all usage, and reset the budgets that are due."""
    for usage in gateway.ledger.take_due(None if everything else now):
        _write(db, usage)
    if gateway.ledger.resets_due(now):
        reset_due_budgets(db, now)
        reset_windows(db, now)
        gateway.ledger.resets_checked(now)


def _write(db: Database, usage: Usage) -> None:
    _add_activity(db, usage)
    at = clock.stored(usage.at)
    db.execute("UPDATE keys SET last_active = ? WHERE token = ?", (at, usage.token))
    if usage.success:
        _add_spend(db, usage)
    if usage.entry is not None:
        row = {
            "request_id": usage.request_id,
            "api_key": usage.token,
            "user_id": usage.user_id,
            "team_id": usage.team_id,
            "started_at": clock.stored(usage.at),
            "entry": usage.entry,
        }
        rows.insert(db, "spend_logs", row)


def _add_activity(db: Database, usage: Usage) -> None:
    done = int(usage.success)
    identity = (
        usage.at.date().isoformat(),
        usage.user_id,
        usage.team_id,
        usage.token,
        usage.model,
        usage.model_group,
        usage.provider,
        usage.endpoint,
    )
    tokens = (usage.spend, usage.prompt_tokens, usage.completion_tokens)
    db.execute(_ACTIVITY, (*identity, *tokens, done, 1 - done, usage.duration_ms * done, done))


def _add_spend(db: Database, usage: Usage) -> None:
    spend = usage.spend
    db.execute(
        "UPDATE keys SET spend = spend + ?, total_spend = total_spend + ? WHERE token = ?",
        (spend, spend, usage.token),
    )
    add_spend(db, usage.token, spend)
    db.execute("UPDATE users SET spend = spend + ? WHERE user_id = ?", (spend, usage.user_id))
    if usage.team_id:
        member = "team_id = ? AND user_id = ?"
        db.execute("UPDATE teams SET spend = spend + ? WHERE team_id = ?", (spend, usage.team_id))
        db.execute(
            f"UPDATE memberships SET spend = spend + ?, total_spend = total_spend + ? WHERE {member}",  # noqa: S608 - our own text
            (spend, spend, usage.team_id, usage.user_id),
        )
