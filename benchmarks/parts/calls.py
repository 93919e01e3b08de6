"""Single calls with 1,000,000 rows in LiteLLM's spend logs: pages beside LiteLLM alone, and the memory of a file."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.effort import Effort
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.many_calls import Callers, many_calls
from benchmarks.peers.processes import Running
from benchmarks.peers.upstream import Upstream, upstream

CALLS = 1_000_000
PEOPLE = ("keydesk-bench-busy", "keydesk-bench-usual")
_ROUNDS = 10
_SIZE = 50
_DAYS = 7
QUERIES: Mapping[str, Mapping[str, Any]] = {
    "first page": {},
    "page 20": {"page": 20},
    "failed calls": {"status": "failure"},
    "31 days": {"days": 31},
}


@dataclass(frozen=True)
class Compared:
    """Medians in milliseconds: through Keydesk, and of the same page from LiteLLM directly."""

    keydesk: float
    litellm: float

    @property
    def added(self) -> float:
        return self.keydesk - self.litellm


@dataclass(frozen=True)
class SingleCalls:
    """`pages` are by person and query. Memory is in MiB, the highest during the file."""

    upstream: str
    pages: dict[str, Compared]
    file_rows: int
    file_seconds: float
    memory_before: float
    file_memory: float


async def measure_calls(folder: Path, _effort: Effort) -> SingleCalls | None:
    """Return None without the database of a LiteLLM, into which the calls are written."""
    with upstream(folder, "fast") as direct:
        if not isinstance(direct.activity, str):
            return None
        plan = DeskPlan(direct, f"sqlite:///{folder / 'keydesk.db'}", PEOPLE, folder)
        with desk(plan) as program, many_calls(direct.activity, Callers(*PEOPLE), CALLS):
            return _measured(direct, program, plan.tokens())


def _measured(direct: Upstream, program: Running, tokens: Mapping[str, str]) -> SingleCalls:
    pages = {}
    for person, token in tokens.items():
        for name, query in QUERIES.items():
            pages[f"{person.rpartition('-')[2]}, {name}"] = _compared(direct, program, person, token, query)
    before = program.resident_mib()
    rows, seconds, memory = _file(program, tokens[PEOPLE[0]])
    return SingleCalls(direct.title, pages, rows, seconds, before, memory)


def _compared(
    direct: Upstream, program: Running, person: str, token: str, query: Mapping[str, Any]
) -> Compared:
    """Measure both in turn, so that a busy machine slows both."""
    rest = {name: value for name, value in query.items() if name != "days"}
    start = _day(query.get("days", _DAYS) - 1)
    end = f"{datetime.now(UTC).date() + timedelta(days=1)} 00:00:00"
    status = {"status_filter": rest["status"]} if "status" in rest else {}
    known = {"user_id": person, "start_date": f"{start} 00:00:00", "end_date": end, "page_size": _SIZE}
    alone = {**known, "page": rest.get("page", 1), **status}
    asked = {**rest, "start_date": start, "page_size": _SIZE}
    with (
        httpx2.Client(base_url=program.url + API, headers=as_person(token), timeout=120) as own,
        httpx2.Client(base_url=direct.url, headers=direct.headers, timeout=120) as litellm,
    ):
        own.get("/calls", params=asked).raise_for_status()
        times = [
            (_milliseconds(own, "/calls", asked), _milliseconds(litellm, "/spend/logs/v2", alone))
            for _ in range(_ROUNDS)
        ]
    return Compared(statistics.median(a for a, _ in times), statistics.median(b for _, b in times))


def _milliseconds(http: httpx2.Client, path: str, query: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    http.get(path, params=query).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _file(program: Running, token: str) -> tuple[int, float, float]:
    """Return the rows and the seconds of the file of the busy person, and the highest memory meanwhile."""
    began, rows, memory = time.perf_counter(), -1, 0.0
    with (
        httpx2.Client(base_url=program.url + API, headers=as_person(token), timeout=120) as http,
        http.stream("GET", "/calls/export", params={"start_date": _day(30)}) as answer,
    ):
        for part in answer.iter_bytes():
            rows += part.count(b"\n")
            memory = max(memory, program.resident_mib())
    return rows, time.perf_counter() - began, memory


def _day(ago: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()
