"""Writes keys directly into LiteLLM's database, because creating 100,000 with calls would take an hour."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_PREFIX = "keydesk-benchmark-"
_ADD = """
    INSERT INTO "LiteLLM_VerificationToken" (
      token, key_name, key_alias, spend, expires, models, user_id, team_id, blocked, max_budget, budget_duration,
      allowed_routes, key_type, created_at, updated_at, last_active
    )
    SELECT encode(sha256((%(prefix)s || n)::bytea), 'hex'), 'sk-...' || lpad(to_hex(n %% 65536), 4, '0'),
      %(prefix)s || n, (n %% 997) / 100.0,
      CASE WHEN n %% 4 > 0 THEN now() + ((n %% 400) - 30) * interval '1 day' END,
      CASE WHEN n %% 3 > 0 THEN array['gpt-4o-mini'] ELSE array[]::text[] END,
      %(prefix)s || (n %% 20000), CASE WHEN n %% 5 = 0 THEN %(prefix)s || (n %% 300) END,
      CASE WHEN n %% 50 = 0 THEN true END, CASE WHEN n %% 6 > 0 THEN 10 + n %% 90 END, '30d',
      CASE WHEN n %% 100 > 0 THEN array['llm_api_routes'] ELSE array[]::text[] END,
      CASE WHEN n %% 100 > 0 THEN 'llm_api' ELSE 'default' END,
      now() - interval '300 days' + n * interval '200 seconds', now(),
      CASE WHEN n %% 7 > 0 THEN now() - (n %% 200) * interval '1 day' END
    FROM generate_series(1, %(count)s) n
"""
_REMOVE = """DELETE FROM "LiteLLM_VerificationToken" WHERE key_alias LIKE %(prefix)s || '%%'"""


@contextmanager
def many_keys(database_url: str, count: int) -> Iterator[None]:
    """Have so many keys of 20,000 people in LiteLLM during the block."""
    with psycopg.connect(database_url, autocommit=True) as litellm:
        litellm.execute(_REMOVE, {"prefix": _PREFIX})
        litellm.execute(_ADD, {"prefix": _PREFIX, "count": count})
        litellm.execute('ANALYZE "LiteLLM_VerificationToken"')
        try:
            yield
        finally:
            litellm.execute(_REMOVE, {"prefix": _PREFIX})
