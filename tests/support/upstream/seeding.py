"""Writes usage into the database of a real LiteLLM, and sums it with PostgreSQL alone.

The daily tables differ by release, so their columns are read first, and missing ones are omitted.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql

from tests.support.required import variable

GIVEN = "LITELLM_DATABASE_URL"
USERS, TEAMS = ("LiteLLM_DailyUserSpend", "user_id"), ("LiteLLM_DailyTeamSpend", "team_id")
MODELS = ("gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl")

Table = tuple[str, str]
Row = dict[str, Any]


def database_of_litellm() -> str:
    """Return the URL. Without it the test is skipped, or fails if the run requires real peers."""
    return variable(GIVEN)


def rows_of(subject: str, tokens: Sequence[str], first: date, days: int) -> list[Row]:
    """Return one row per day, key and model, with different values. The same subject gets the same rows."""
    chance = random.Random(subject)  # noqa: S311 - figures, not secrets
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{subject} {day} {token} {model}")),
            "date": (first + timedelta(days=day)).isoformat(),
            "api_key": token,
            "model": f"openai/{model}",
            "model_group": model,
            "custom_llm_provider": "openai",
            "endpoint": "/chat/completions",
            "mcp_namespaced_tool_name": "",
            "prompt_tokens": chance.randrange(1, 1000),
            "completion_tokens": chance.randrange(1, 1000),
            "spend": chance.randrange(1, 10**6) / 10**7,
            "api_requests": 3,
            "successful_requests": 2,
            "failed_requests": 1,
        }
        for day in range(days)
        for token in tokens
        for model in MODELS
    ]


@contextmanager
def seeded(url: str, table: Table, subject: str, rows: Sequence[Row]) -> Iterator[psycopg.Connection[Any]]:
    """Keep these rows in the table during the block."""
    name, owner = sql.Identifier(table[0]), sql.Identifier(table[1])
    with psycopg.connect(url, autocommit=True) as database:
        columns = _columns(database, table[0])
        named = [column for column in (*rows[0], table[1], "updated_at") if column in columns]
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            name,
            sql.SQL(", ").join(map(sql.Identifier, named)),
            sql.SQL(", ").join(
                sql.SQL("now()") if each == "updated_at" else sql.Placeholder(each) for each in named
            ),
        )
        try:
            with database.cursor() as cursor:
                cursor.executemany(insert, [{**row, table[1]: subject} for row in rows])
            yield database
        finally:
            database.execute(sql.SQL("DELETE FROM {} WHERE {} = %s").format(name, owner), (subject,))


def sums(
    database: psycopg.Connection[Any], table: Table, subject: str, by: str
) -> dict[str, tuple[float, ...]]:
    """Return PostgreSQL's own sums by a column: US dollars, total tokens, requests, failed requests."""
    query = sql.SQL(
        "SELECT {by}, sum(spend), sum(prompt_tokens + completion_tokens), sum(api_requests), sum(failed_requests)"
        " FROM {table} WHERE {owner} = %s GROUP BY {by}"
    ).format(by=sql.Identifier(by), table=sql.Identifier(table[0]), owner=sql.Identifier(table[1]))
    return {row[0]: tuple(map(float, row[1:])) for row in database.execute(query, (subject,))}


def _columns(database: psycopg.Connection[Any], table: str) -> set[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    return {row[0] for row in database.execute(asked, (table,))}
