"""Writes months of usage straight into a gateway's database: spending for 120 days would take 120 days.

The rows are those the sandbox makes up; a real LiteLLM gets the same ones.
"""

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from benchmarks.upstream import Upstream
from keydesk.sandbox.seed import KeyUsage, UsagePlan
from keydesk.sandbox.seed.usage import write_usage
from keydesk.sandbox.tables import SCHEMA

_INTO_LITELLM = """
    INSERT INTO "LiteLLM_DailyUserSpend" (
      id, date, user_id, api_key, model, model_group, custom_llm_provider, endpoint,
      spend, prompt_tokens, completion_tokens, successful_requests, failed_requests, api_requests,
      mcp_namespaced_tool_name, updated_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', now())
"""
_MADE_UP = """
    SELECT date, user_id, api_key, model, model_group, provider, endpoint, spend, prompt_tokens,
      completion_tokens, successful_requests, failed_requests, successful_requests + failed_requests
    FROM daily_activity
"""


@dataclass(frozen=True)
class UsedKey:
    token_hash: str
    user_id: str
    team_id: str | None


def add_activity(upstream: Upstream, keys: Sequence[UsedKey], until: date, days: int) -> int:
    """Let the keys have been used; the number of rows, one a day, key and model."""
    if upstream.activity is None:
        return 0
    used = tuple(KeyUsage(token=key.token_hash, user_id=key.user_id, team_id=key.team_id) for key in keys)
    plan = UsagePlan(keys=used, days=days, until=until)
    if isinstance(upstream.activity, Path):
        with closing(_opened(upstream.activity)) as database, database:
            return write_usage(database, plan)
    with closing(_opened(":memory:")) as database:
        database.executescript(SCHEMA)
        write_usage(database, plan)
        rows = [(str(uuid.uuid4()), *row) for row in database.execute(_MADE_UP)]
    with psycopg.connect(upstream.activity) as litellm, litellm.cursor() as cursor:
        cursor.executemany(_INTO_LITELLM, rows)
    return len(rows)


def remove_activity(upstream: Upstream, user_id: str) -> None:
    """Take it out of a LiteLLM that goes on living; a sandbox is forgotten anyway."""
    if isinstance(upstream.activity, str):
        with psycopg.connect(upstream.activity) as litellm:
            litellm.execute('DELETE FROM "LiteLLM_DailyUserSpend" WHERE user_id = %s', (user_id,))


def _opened(database: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection
