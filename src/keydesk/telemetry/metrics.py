"""Counts requests and calls to LiteLLM for Prometheus. Labels are templates and fixed words, never ids or names."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from keydesk.litellm import Attempt
from keydesk.telemetry.served import Served

_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CALL_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_OUTCOMES = {"TimedOut": "timed_out", "PoolExhausted": "no_connection_free", "Unreachable": "unreachable"}
_CLIENT_ERROR, _RATE_LIMITED, _SERVER_ERROR = 400, 429, 500


class Metrics:
    """The counters of one application. Child metrics are cached, because looking one up by its labels takes a lock."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "keydesk_requests", "Requests served.", ["method", "route", "status"], registry=registry
        )
        self._durations = Histogram(
            "keydesk_request_duration_seconds",
            "Time to serve a request.",
            ["method", "route"],
            buckets=_REQUEST_BUCKETS,
            registry=registry,
        )
        self._calls = Counter(
            "keydesk_upstream_calls", "Calls to LiteLLM.", ["operation", "outcome"], registry=registry
        )
        self._call_durations = Histogram(
            "keydesk_upstream_call_duration_seconds",
            "Time until LiteLLM responded or the call failed.",
            ["operation"],
            buckets=_CALL_BUCKETS,
            registry=registry,
        )
        self._of_request: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._of_call: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def served(self, served: Served) -> None:
        found = self._of_request.get((served.method, served.route, served.status))
        if found is None:
            found = (
                self._requests.labels(served.method, served.route, str(served.status)),
                self._durations.labels(served.method, served.route),
            )
            self._of_request[served.method, served.route, served.status] = found
        counter, histogram = found
        counter.inc()
        histogram.observe(served.seconds)

    def called(self, attempt: Attempt) -> None:
        operation, outcome = f"{attempt.method} {attempt.route}", outcome_of(attempt)
        found = self._of_call.get((operation, outcome))
        if found is None:
            found = (self._calls.labels(operation, outcome), self._call_durations.labels(operation))
            self._of_call[operation, outcome] = found
        counter, histogram = found
        counter.inc()
        histogram.observe(attempt.seconds)


def outcome_of(attempt: Attempt) -> str:
    """Return the label of a call's outcome.

    It is ok, rejected (4xx), rate_limited, failed (5xx), timed_out, unreachable, no_connection_free or abandoned.
    """
    status = attempt.status
    if status is None:
        return _OUTCOMES.get(attempt.failure or "", "abandoned")
    if status >= _SERVER_ERROR:
        return "failed"
    if status == _RATE_LIMITED:
        return "rate_limited"
    return "rejected" if status >= _CLIENT_ERROR else "ok"
