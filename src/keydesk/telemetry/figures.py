"""Exports counters of other components on each scrape. Those components do not depend on Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


class CacheCounters(Protocol):
    """The counters of a cache since the process started."""

    hits: int
    stale: int
    misses: int
    refreshes: int
    evictions: int


class BreakerState(Protocol):
    refused: int

    @property
    def is_open(self) -> bool: ...


class JobRuns(Protocol):
    succeeded: int
    failed: int
    last_seconds: float | None
    last_success_at: float | None


class AuditTally(Protocol):
    failures: int

    @property
    def written(self) -> Mapping[tuple[str, str], int]: ...


class WaitingNotices(Protocol):
    """The notices that wait on one channel."""

    @property
    def channel(self) -> str: ...

    @property
    def waiting(self) -> int: ...

    @property
    def oldest_seconds(self) -> float: ...


class NoticeTally(Protocol):
    @property
    def sent(self) -> Mapping[tuple[str, str], int]: ...

    @property
    def backlog(self) -> Sequence[WaitingNotices]: ...


class RequestConcurrency(Protocol):
    limit: int
    active: int
    refused: int


_CACHE_EVENTS = ("hits", "stale", "misses", "refreshes", "evictions")


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures(Collector):
    """A Prometheus collector. To register a cache, set `caches["name"]` to its counters.

    `parts` holds the result of the last readiness check. Scrapes run in a thread of their own, so the collector copies
    each mapping before it iterates over it.
    """

    breaker: BreakerState
    audit: AuditTally
    requests: RequestConcurrency
    connections: Callable[[], tuple[int, int]]
    notices: NoticeTally
    version: str = field(default_factory=lambda: version("keydesk"))
    provisioning: Counter[str] = field(default_factory=Counter)
    leaks: Counter[tuple[str, str]] = field(default_factory=Counter)
    jobs: dict[str, JobRuns] = field(default_factory=dict)
    caches: dict[str, CacheCounters] = field(default_factory=dict)
    parts: dict[str, bool] = field(default_factory=dict)

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build_info", "The running release of Keydesk.", ["version"], [([self.version], 1)])
        yield from self._upstream()
        yield from self._own()
        yield from self._jobs()
        yield from self._notices()
        events = [
            ([name, event], getattr(counters, event))
            for name, counters in dict(self.caches).items()
            for event in _CACHE_EVENTS
        ]
        yield _counter(
            "cache_events", "Cache lookups, refreshes and evictions, by event.", ["cache", "event"], events
        )

    def _upstream(self) -> Iterator[Metric]:
        is_open = int(self.breaker.is_open)
        yield _gauge("breaker_open", "Whether the circuit breaker for LiteLLM is open.", [], [([], is_open)])
        refused = self.breaker.refused
        yield _counter("breaker_refused", "Calls rejected by the open circuit breaker.", [], [([], refused)])
        outcomes = [([outcome], number) for outcome, number in dict(self.provisioning).items()]
        yield _counter("provisioning", "First visits of people without an account.", ["outcome"], outcomes)

    def _own(self) -> Iterator[Metric]:
        entries = [([*of], number) for of, number in dict(self.audit.written).items()]
        yield _counter("audit_entries", "Audit entries.", ["action", "outcome"], entries)
        failures = self.audit.failures
        yield _counter("audit_failures", "Audit entries that could not be written.", [], [([], failures)])
        reports = [([*of], number) for of, number in dict(self.leaks).items()]
        yield _counter(
            "leak_reports", "Reports of leaked keys, by source and result.", ["source", "result"], reports
        )
        in_use, size = self.connections()
        yield _gauge("database_connections", "Database connections in use.", [], [([], in_use)])
        yield _gauge("database_connections_limit", "Limit of database connections.", [], [([], size)])
        parts = [([part], int(available)) for part, available in dict(self.parts).items()]
        text = "Whether the part was available at the last readiness check."
        yield _gauge("part_available", text, ["part"], parts)
        yield _gauge("requests_under_way", "Requests in progress.", [], [([], self.requests.active)])
        yield _gauge("requests_limit", "Limit of concurrent requests.", [], [([], self.requests.limit)])
        refused = self.requests.refused
        yield _counter(
            "requests_overload_refused", "Requests rejected because of overload.", [], [([], refused)]
        )

    def _jobs(self) -> Iterator[Metric]:
        # Prometheus sets the label `job` itself.
        jobs = dict(self.jobs)
        runs = [
            ([name, outcome], getattr(job, outcome))
            for name, job in jobs.items()
            for outcome in ("succeeded", "failed")
        ]
        yield _counter("job_runs", "Runs of jobs on this replica.", ["job_name", "outcome"], runs)
        lasted = [([name], job.last_seconds) for name, job in jobs.items() if job.last_seconds is not None]
        yield _gauge("job_last_duration_seconds", "Duration of the last run.", ["job_name"], lasted)
        moments = [
            ([name], job.last_success_at) for name, job in jobs.items() if job.last_success_at is not None
        ]
        yield _gauge(
            "job_last_success_timestamp_seconds", "Time of the last successful run.", ["job_name"], moments
        )

    def _notices(self) -> Iterator[Metric]:
        sent = [([*of], number) for of, number in dict(self.notices.sent).items()]
        yield _counter("notices", "Notices by channel and outcome.", ["channel", "outcome"], sent)
        backlog = self.notices.backlog
        waiting = [([each.channel], each.waiting) for each in backlog]
        yield _gauge("notices_waiting", "Notices that are not delivered yet.", ["channel"], waiting)
        ages = [([each.channel], each.oldest_seconds) for each in backlog]
        yield _gauge("notices_oldest_seconds", "Age of the oldest notice that waits.", ["channel"], ages)


Samples = Sequence[tuple[Sequence[str], float]]
"""Label values and the figure for them."""


def _gauge(name: str, text: str, labels: Sequence[str], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"keydesk_{name}", text, labels=labels)
    for at, value in samples:
        family.add_metric(at, value)
    return family


def _counter(name: str, text: str, labels: Sequence[str], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"keydesk_{name}", text, labels=labels)
    for at, value in samples:
        family.add_metric(at, value)
    return family
