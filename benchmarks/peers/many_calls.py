"""Writes single calls directly into LiteLLM's spend logs, because a million of them would take a day to make."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_PREFIX = "keydesk-benchmark-call-"
_ADD = """
    INSERT INTO "LiteLLM_SpendLogs" (
      request_id, call_type, api_key, spend, total_tokens, prompt_tokens, completion_tokens, "startTime", "endTime",
      request_duration_ms, model, model_group, "user", team_id, status, cache_hit, metadata, created_at, updated_at
    )
    SELECT %(prefix)s || n, 'acompletion', %(key)s || (n %% 100), 0.0000132, 28, 8, 20,
      %(until)s::timestamp - n * interval '2 seconds', %(until)s::timestamp - n * interval '2 seconds', 9,
      'openai/gpt-4o-mini', 'gpt-4o-mini', CASE WHEN n %% 2 = 0 THEN %(busy)s WHEN n %% 1001 = 0 THEN %(usual)s
        ELSE %(prefix)s || (n %% 1000) END,
      '', CASE WHEN n %% 20 = 0 THEN 'failure' ELSE 'success' END, 'None',
      jsonb_build_object('user_api_key_alias', 'laptop', 'padding', repeat('x', 1200), 'error_information',
        CASE WHEN n %% 20 = 0 THEN jsonb_build_object('error_class', 'BudgetExceededError', 'error_code', '422',
          'error_message', 'Budget has been exceeded! Key=laptop (sk-...NhRA) Current cost: 1, Max budget: 1') END),
      now(), now()
    FROM generate_series(1, %(count)s) n
"""
_REMOVE = """DELETE FROM "LiteLLM_SpendLogs" WHERE request_id LIKE %(prefix)s || '%%'"""


@dataclass(frozen=True)
class Callers:
    """The LiteLLM users who made calls: half of all, and one in 1,001."""

    busy: str
    usual: str


@contextmanager
def many_calls(database_url: str, callers: Callers, count: int) -> Iterator[None]:
    """Have so many calls in LiteLLM during the block, one every two seconds up to now."""
    values = {"prefix": _PREFIX, "key": _PREFIX, "busy": callers.busy, "usual": callers.usual, "count": count}
    with psycopg.connect(database_url, autocommit=True) as litellm:
        litellm.execute(_REMOVE, values)
        now = litellm.execute("SELECT now() AT TIME ZONE 'UTC'").fetchone()
        litellm.execute(_ADD, {**values, "until": now[0] if now else None})
        litellm.execute('ANALYZE "LiteLLM_SpendLogs"')
        try:
            yield
        finally:
            litellm.execute(_REMOVE, values)
