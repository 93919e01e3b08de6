"""The index of 100,000 keys: how long a pass takes and how much memory, and how fast its searches are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.effort import Effort
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.forwarder import Forwarded, forwarded
from benchmarks.peers.many_keys import many_keys
from benchmarks.peers.processes import Running
from benchmarks.peers.upstream import upstream

KEYS = 100_000
AUDITOR = "auditor"
SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "newest": {},
    "last page": {"page": 2000},
    "name": {"search": "77777"},
    "state and kind": {"state": "active", "can_manage_gateway": "true"},
    "idle, sorted by last use": {"idle_days": 90, "sort": "last_active_at", "descending": "false"},
    "no expiry, sorted by spend": {"never_expires": "true", "sort": "spend"},
}
_ROUNDS = 20
_PATIENCE_SECONDS = 3600
_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Searched:
    """`median` and `slowest` are in milliseconds."""

    median: float
    slowest: float


@dataclass(frozen=True)
class AllKeys:
    """`pass_seconds` begin with the start of Keydesk. Memory is in MiB."""

    upstream: str
    pass_seconds: float
    pass_calls: dict[str, int]
    memory_before: float
    memory_after: float
    searches: dict[str, Searched]
    search_calls: dict[str, int]
    file_seconds: float
    file_rows: int
    file_memory: float


async def measure_all_keys(folder: Path, _effort: Effort) -> AllKeys | None:
    """Return None without the database of a LiteLLM, into which the keys are written."""
    with upstream(folder, "fast") as direct:
        if not isinstance(direct.activity, str):
            return None
        with many_keys(direct.activity, KEYS), forwarded(direct) as gateway:
            plan = _plan(gateway, folder)
            with desk(plan) as program:
                return _measured(gateway, program, as_person(plan.tokens()[AUDITOR]))


def _plan(gateway: Forwarded, folder: Path) -> DeskPlan:
    audit = {"group": "auditors"}
    litellm = {"baseUrl": gateway.url, "masterKey": gateway.master_key, "audit": audit}
    directory = {"people": [{"ref": AUDITOR, "groups": ["auditors"]}]}
    more = {"litellm": litellm, "directory": directory}
    return DeskPlan(gateway, f"sqlite:///{folder / 'keydesk.db'}", (AUDITOR,), folder, more)


def _measured(gateway: Forwarded, program: Running, headers: Mapping[str, str]) -> AllKeys:
    with httpx2.Client(base_url=program.url + API, headers=headers, timeout=60, trust_env=False) as http:
        began, before = time.perf_counter(), program.resident_mib()
        _wait_until_complete(http)
        seconds, after = time.perf_counter() - began, program.resident_mib()
        calls = gateway.calls()
        gateway.forget_calls()
        searches = {name: _searched(http, query) for name, query in SEARCHES.items()}
        search_calls = gateway.calls()
        file_began = time.perf_counter()
        rows = http.get("/admin/keys/export").raise_for_status().text.count("\n") - 1
        file_seconds = time.perf_counter() - file_began
    return AllKeys(
        upstream=gateway.title,
        pass_seconds=seconds,
        pass_calls=calls,
        memory_before=before,
        memory_after=after,
        searches=searches,
        search_calls=search_calls,
        file_seconds=file_seconds,
        file_rows=rows,
        file_memory=program.resident_mib(),
    )


def _wait_until_complete(http: httpx2.Client) -> None:
    give_up_at = time.perf_counter() + _PATIENCE_SECONDS
    while http.get("/admin/keys", params={"page_size": 1}).status_code != httpx2.codes.OK:
        if time.perf_counter() > give_up_at:
            raise RuntimeError("the first pass over all keys did not end")
        time.sleep(_POLL_SECONDS)


def _searched(http: httpx2.Client, query: Mapping[str, Any]) -> Searched:
    """Measure the same search several times, after one that is not counted."""
    milliseconds = []
    for _ in range(_ROUNDS + 1):
        began = time.perf_counter()
        http.get("/admin/keys", params=query).raise_for_status()
        milliseconds.append((time.perf_counter() - began) * 1000)
    ascending = sorted(milliseconds[1:])
    return Searched(ascending[_ROUNDS // 2], ascending[-1])
