"""Writes months of usage directly into a gateway's database, because real calls would take a year.

The rows are those that the sandbox generates; a real LiteLLM gets the same ones.
"""

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from benchmarks.peers.upstream import Upstream
from keydesk_sandbox.models.catalogue import DEFAULT_MODELS, Model
from keydesk_sandbox.seed import KeyUsage, UsagePlan
from keydesk_sandbox.seed.usage import write_usage
from keydesk_sandbox.tables import SCHEMA

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
_TOTALS = "SELECT count(*), sum(spend), sum(successful_requests + failed_requests) FROM daily_activity"
DEFAULT_NAMES = ("gpt-4o-mini", "gpt-4o")


@dataclass(frozen=True)
class UsedKey:
    """`models` are public names, of the sandbox's own models or of `many_models`."""

    token_hash: str
    user_id: str
    team_id: str | None = None
    models: tuple[str, ...] = DEFAULT_NAMES


def many_models(number: int) -> tuple[Model, ...]:
    """Return models that exist in the activity only, `model-1` and so on, as if a gateway had had them once."""
    return tuple(
        Model(
            name=f"model-{each}",
            upstream=f"openai/model-{each}",
            id=f"m-{each}",
            input_cost_per_token=each * 1e-7,
            output_cost_per_token=each * 4e-7,
        )
        for each in range(1, number + 1)
    )


@dataclass(frozen=True)
class Written:
    """The amount of activity, summed over the rows themselves."""

    rows: int
    spend: float
    requests: int


def add_activity(
    upstream: Upstream,
    keys: Sequence[UsedKey],
    until: date,
    days: int,
    models: tuple[Model, ...] = DEFAULT_MODELS,
) -> Written:
    """Write usage of the keys: one row per day, key and model. Does nothing without a database."""
    if upstream.activity is None:
        return Written(0, 0.0, 0)
    used = tuple(
        KeyUsage(token=key.token_hash, user_id=key.user_id, team_id=key.team_id, models=key.models)
        for key in keys
    )
    plan = UsagePlan(keys=used, days=days, until=until, catalogue=models)
    with closing(_opened(":memory:")) as made_up:
        made_up.executescript(SCHEMA)
        write_usage(made_up, plan)
        written = Written(*made_up.execute(_TOTALS).fetchone())
        if isinstance(upstream.activity, Path):
            with closing(_opened(upstream.activity)) as database, database:
                write_usage(database, plan)
            return written
        rows = [(str(uuid.uuid4()), *row) for row in made_up.execute(_MADE_UP)]
    with psycopg.connect(upstream.activity) as litellm, litellm.cursor() as cursor:
        cursor.executemany(_INTO_LITELLM, rows)
    return written


def remove_activity(upstream: Upstream, user_id: str) -> None:
    """Delete the usage from a LiteLLM that is still in use; a sandbox is deleted anyway."""
    if isinstance(upstream.activity, str):
        with psycopg.connect(upstream.activity) as litellm:
            litellm.execute('DELETE FROM "LiteLLM_DailyUserSpend" WHERE user_id = %s', (user_id,))


def _opened(database: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection
