"""Figures that others keep anyway, read when Prometheus asks. Those who keep them know nothing of Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


class CacheCounters(Protocol):
    """What a cache counts about itself, for as long as the process runs."""

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


class RequestPlaces(Protocol):
    limit: int
    taken: int
    refused: int


_CACHE_EVENTS = ("hits", "stale", "misses", "refreshes", "evictions")


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures(Collector):
    """A cache is registered by `caches["its name"] = its counters`. `parts` is what readiness last found.

    Prometheus asks in a thread of its own, so mappings are copied before they are gone over.
    """

    breaker: BreakerState
    audit: AuditTally
    places: RequestPlaces
    connections: Callable[[], tuple[int, int]]
    version: str = field(default_factory=lambda: version("keydesk"))
    provisioning: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, JobRuns] = field(default_factory=dict)
    caches: dict[str, CacheCounters] = field(default_factory=dict)
    parts: dict[str, bool] = field(default_factory=dict)

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build_info", "The release that runs.", ["version"], [([self.version], 1)])
        yield from self._upstream()
        yield from self._own()
        yield from self._jobs()
        events = [
            ([name, event], getattr(counters, event))
            for name, counters in dict(self.caches).items()
            for event in _CACHE_EVENTS
        ]
        yield _counter("cache_events", "What caches did, by kind.", ["cache", "event"], events)

    def _upstream(self) -> Iterator[Metric]:
        is_open = int(self.breaker.is_open)
        yield _gauge(
            "breaker_open", "Whether LiteLLM is not asked after repeated failures.", [], [([], is_open)]
        )
        refused = self.breaker.refused
        yield _counter("breaker_refused", "Calls not made while the breaker was open.", [], [([], refused)])
        outcomes = [([outcome], number) for outcome, number in dict(self.provisioning).items()]
        yield _counter("provisioning", "People who came without an account.", ["outcome"], outcomes)

    def _own(self) -> Iterator[Metric]:
        entries = [([*of], number) for of, number in dict(self.audit.written).items()]
        yield _counter("audit_entries", "Audit entries.", ["action", "outcome"], entries)
        failures = self.audit.failures
        yield _counter("audit_failures", "Audit entries that could not be written.", [], [([], failures)])
        in_use, size = self.connections()
        yield _gauge("database_connections", "Database connections in use.", [], [([], in_use)])
        yield _gauge("database_connections_limit", "Database connections there may be.", [], [([], size)])
        parts = [([part], int(available)) for part, available in dict(self.parts).items()]
        text = "Whether it was available when readiness was last asked for."
        yield _gauge("part_available", text, ["part"], parts)
        yield _gauge("requests_under_way", "Requests being answered.", [], [([], self.places.taken)])
        yield _gauge("requests_limit", "Requests answered at a time.", [], [([], self.places.limit)])
        refused = self.places.refused
        yield _counter("requests_overload_refused", "Requests refused by overload.", [], [([], refused)])

    def _jobs(self) -> Iterator[Metric]:
        # Not `job`, which Prometheus itself puts on every figure.
        jobs = dict(self.jobs)
        runs = [
            ([name, outcome], getattr(job, outcome))
            for name, job in jobs.items()
            for outcome in ("succeeded", "failed")
        ]
        yield _counter("job_runs", "Runs of jobs on this replica.", ["job_name", "outcome"], runs)
        lasted = [([name], job.last_seconds) for name, job in jobs.items() if job.last_seconds is not None]
        yield _gauge("job_last_duration_seconds", "How long the last run took.", ["job_name"], lasted)
        moments = [
            ([name], job.last_success_at) for name, job in jobs.items() if job.last_success_at is not None
        ]
        yield _gauge("job_last_success_timestamp_seconds", "When it last went well.", ["job_name"], moments)


Samples = Sequence[tuple[Sequence[str], float]]
"""A figure for each set of the labels' values."""


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
