"""How an application takes part in the client's calls: what it is told, what it adds, how long it can wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

TimeLimit = Callable[[float], float]
"""How many of the seconds that a call could take are left to it."""
TraceHeaders = Callable[[], Mapping[str, str]]
"""Headers that go with an attempt, asked for with each."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that is over. `route` is a template.

    `status` is None if there was no answer; then `failure` is the name of the error, or `Cancelled`.
    """

    method: str
    route: str
    status: int | None
    failure: str | None
    seconds: float


OnCall = Callable[[Attempt], None]
"""Told of every attempt, in the task that made it."""


def whole(seconds: float) -> float:
    """The time limit of a call that is alone."""
    return seconds


@dataclass(frozen=True, slots=True)
class Hooks:
    """All of them; by default nobody takes part."""

    on_call: OnCall | None = None
    time_limit: TimeLimit = whole
    trace_headers: TraceHeaders | None = None


NO_HOOKS = Hooks()
