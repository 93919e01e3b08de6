"""What a reader sees of a call, and which periods can be read. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from keydesk.calls.models import CallFilters, CallStatus, CallView
from keydesk.calls.refusals import class_of, refusal_of, words_of
from keydesk.kit.dates import read_day
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest
from keydesk.litellm import SpendLog, SpendLogQuery

LONGEST_DAYS = 31
USUAL_DAYS = 7
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the reader can see. `id_of` is `KeyIds.of`."""

    id_of: Callable[[str], str]
    keys: bool = True
    people: bool = False
    money: bool = True


def parse_days(start_date: str | None, end_date: str | None, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day, by default the last 7 days up to today.

    Raises InvalidRequest with the parameter's name for anything but `YYYY-MM-DD`, a start after the end, or more than
    31 days: LiteLLM reads the calls of the whole period for each page.
    """
    end = read_day("end_date", end_date) if end_date is not None else today
    start = read_day("start_date", start_date) if start_date is not None else end - (USUAL_DAYS - 1) * _DAY
    if start > end:
        raise InvalidRequest(message("start_date: must not be after end_date"), param="start_date")
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidRequest(
            message("start_date: must be less than %(days)s days before end_date", days=LONGEST_DAYS),
            param="start_date",
        )
    return start, end


def query_of(
    filters: CallFilters,
    *,
    user_id: str | None = None,
    team_id: str | None = None,
    token_hash: str | None = None,
) -> SpendLogQuery:
    """Return the query to LiteLLM for calls of a user or a team."""
    return SpendLogQuery(
        since=dt.datetime.combine(filters.start, dt.time(), dt.UTC),
        until=dt.datetime.combine(filters.end + _DAY, dt.time(), dt.UTC),
        user_id=user_id,
        team_id=team_id,
        token_hash=token_hash,
        model=filters.model,
        status=filters.status,
    )


def call_view(row: SpendLog, sight: Sight) -> CallView:
    """Return what the reader sees of the call."""
    details = row.details
    refusal = refusal_of(details.error) if row.is_failure else None
    status: CallStatus = "failure" if row.is_failure else "success"
    return CallView(
        started_at=row.started_at,
        key=sight.id_of(row.token_hash) if sight.keys and row.token_hash else None,
        key_alias=details.key_alias if sight.keys else None,
        user_id=row.user_id or None if sight.people else None,
        model=row.model,
        input_tokens=row.prompt_tokens or 0,
        output_tokens=row.completion_tokens or 0,
        cost=row.spend or 0.0 if sight.money else None,
        latency_ms=None if row.duration_ms is None else round(row.duration_ms),
        status=status,
        cached=str(row.cache_hit).lower() == "true",
        error_class=class_of(details.error) if row.is_failure else None,
        reason=refusal,
        explanation=str(words_of(refusal)) if refusal else None,
    )
