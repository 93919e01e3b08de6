"""The statements of a year with 2,000,000 rows: seconds and memory of the file of all months, for each format."""

import asyncio
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert

from benchmarks.effort import Effort
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.processes import Running
from benchmarks.peers.upstream import upstream
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from keydesk.storage.statement_tables import statement_days, statement_rows, statements

FORMATS = ("csv", "focus", "parquet")
ROWS = 2_000_200
_YEAR, _PEOPLE, _MODELS = 2025, 1370, ("gpt-4o", "gpt-4o-mini", "claude-sonnet", "premium-xl")
_AUDITOR = "auditor"


@dataclass(frozen=True)
class StatementFile:
    """Memory is in MiB: before the file, and the highest meanwhile."""

    seconds: float
    mebibytes: float
    memory_before: float
    memory: float


@dataclass(frozen=True)
class Statements:
    """`list_milliseconds` is the list of the twelve months, none of which is closed."""

    files: Mapping[str, StatementFile]
    list_milliseconds: float


async def measure_statements(folder: Path, _effort: Effort) -> Statements:
    url = f"sqlite:///{folder / 'keydesk.db'}"
    await _fill(url)
    with upstream(folder, "fast") as direct:
        more = {
            "litellm": {
                "baseUrl": direct.url,
                "masterKey": direct.master_key,
                "audit": {"group": "auditors"},
            },
            "directory": {"people": [{"ref": _AUDITOR, "groups": ["auditors"]}]},
        }
        plan = DeskPlan(direct, url, (_AUDITOR,), folder, more)
        with desk(plan) as program:
            headers = as_person(plan.tokens()[_AUDITOR])
            return await asyncio.to_thread(_measured, program, headers)


def _measured(program: Running, headers: Mapping[str, str]) -> Statements:
    with httpx2.Client(base_url=program.url + API, headers=headers, timeout=600, trust_env=False) as http:
        files = {form: _file(program, http, form) for form in FORMATS}
        began = time.perf_counter()
        http.get("/statements").raise_for_status()
        return Statements(files, (time.perf_counter() - began) * 1000)


def _file(program: Running, http: httpx2.Client, form: str) -> StatementFile:
    query = {"first_month": f"{_YEAR}-01", "last_month": f"{_YEAR}-12", "format": form}
    began, before = time.perf_counter(), program.resident_mib()
    size, memory = 0, before
    with http.stream("GET", "/statements/export", params=query) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            size += len(part)
            memory = max(memory, program.resident_mib())
    return StatementFile(time.perf_counter() - began, size / 2**20, before, memory)


async def _fill(url: str) -> None:
    """Write a row for each day, person and model of the year."""
    database = Database(DatabaseSettings.model_validate({"url": url}))
    await migrate(database)
    months = [{"month": f"{_YEAR}-{number:02}"} for number in range(1, 13)]
    async with database.writing() as connection:
        await connection.execute(insert(statements), months)
    for day in _days():
        rows = _rows(day)
        total = {
            "day": day,
            "read_at": datetime(_YEAR + 1, 1, 5, tzinfo=UTC),
            "spend": sum(row["spend"] for row in rows),
            "complete": True,
        }
        async with database.writing() as connection:
            await connection.execute(insert(statement_rows), rows)
            await connection.execute(insert(statement_days), total)
    await database.close()


def _days() -> Iterator[date]:
    first = date(_YEAR, 1, 1)
    yield from (first + timedelta(days=number) for number in range(365))


def _rows(day: date) -> list[dict[str, Any]]:
    chance = random.Random(day.toordinal())  # noqa: S311 - figures, not secrets
    return [
        {
            "month": f"{day:%Y-%m}",
            "day": day,
            "user_id": f"user{number}",
            "key_id": f"key_{number:022}",
            "team_id": f"team{number % 100}",
            "model": model,
            "spend": chance.randrange(10**9),
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "requests": 3,
        }
        for number in range(_PEOPLE)
        for model in _MODELS
    ]
