"""Writes the single calls of the last days, which add up to the generated daily activity."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from keydesk_sandbox import clock, rows
from keydesk_sandbox.errors import ProxyError
from keydesk_sandbox.rows import Database, Row
from keydesk_sandbox.spending.apis import CHAT_COMPLETIONS, EMBEDDINGS
from keydesk_sandbox.spending.error_information import error_information
from keydesk_sandbox.spending.ledger import Usage
from keydesk_sandbox.spending.logs import entry_of

_DAYS: Final = 2
_REFUSED: Final = ProxyError(
    429,
    f"Rate limit exceeded for api_key: {'0' * 64}. Limit type: requests. Current limit: 60, Remaining: 0.",
    "throttling_error",
)


def write_calls(db: Database, now: datetime) -> None:
    """Write a line of the spend logs for each call of today and yesterday in the daily activity."""
    since = (now - timedelta(days=_DAYS - 1)).date().isoformat()
    query = (
        "SELECT daily_activity.*, key_alias FROM daily_activity JOIN keys ON token = api_key WHERE date >= ?"
    )
    for number, activity in enumerate(rows.select(db, query, [since])):
        for usage in _calls(activity, number, now):
            rows.insert(db, "spend_logs", _row(usage, activity["key_alias"]))


def _calls(activity: Row, number: int, now: datetime) -> Iterator[Usage]:
    """Yield the calls of one row of activity, spread evenly over the part of the day that has passed."""
    began = datetime.fromisoformat(activity["date"]).replace(tzinfo=UTC)
    passed = min(timedelta(days=1), now - began)
    done, failed = activity["successful_requests"], activity["failed_requests"]
    share = 1 / max(1, done)
    for place in range(done + failed):
        success = place >= failed
        yield Usage(
            at=began + passed * ((place * 7 % (done + failed) + (number % 10) / 10) / (done + failed)),
            token=activity["api_key"],
            user_id=activity["user_id"],
            team_id=activity["team_id"],
            model=activity["model"],
            model_group=activity["model_group"],
            provider=activity["provider"],
            endpoint=activity["endpoint"],
            call_type=(EMBEDDINGS if "embed" in activity["endpoint"] else CHAT_COMPLETIONS).call_type,
            success=success,
            spend=activity["spend"] * share if success else 0.0,
            prompt_tokens=round(activity["prompt_tokens"] * share) if success else 0,
            completion_tokens=round(activity["completion_tokens"] * share) if success else 0,
            duration_ms=round(activity["response_ms"] * share) if success else 3,
            request_id=f"demo-{activity['date']}-{number}-{place}",
        )


def _row(usage: Usage, alias: str) -> dict[str, Any]:
    metadata = {
        "user_api_key_alias": alias,
        "error_information": None if usage.success else error_information(_REFUSED),
    }
    return {
        "request_id": usage.request_id,
        "api_key": usage.token,
        "user_id": usage.user_id,
        "team_id": usage.team_id,
        "started_at": clock.stored(usage.at),
        "entry": entry_of(usage, usage.request_id, metadata),
    }
