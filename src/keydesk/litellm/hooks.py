"""Callbacks of an application into the client: metrics, trace headers, time limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

TimeLimit = Callable[[float], float]
"""Returns how many of the given seconds a call may take."""
TraceHeaders = Callable[[], Mapping[str, str]]
"""Returns headers for an attempt. Called before each one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One finished attempt. `route` is a template.

    `status` is None without a response; then `failure` is the name of the error, or `Cancelled`.
    """

    method: str
    route: str
    status: int | None
    failure: str | None
    seconds: float


OnCall = Callable[[Attempt], None]
"""Called after each attempt, in the task that made it."""


def full_time_limit(seconds: float) -> float:
    """Return the time limit unchanged."""
    return seconds


@dataclass(frozen=True, slots=True)
class Hooks:
    """All callbacks. The defaults do nothing."""

    on_call: OnCall | None = None
    time_limit: TimeLimit = full_time_limit
    trace_headers: TraceHeaders | None = None


NO_HOOKS = Hooks()
