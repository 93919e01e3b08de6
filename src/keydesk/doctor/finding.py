"""The result of a check, for operators and for people. It contains no secrets and no text from upstream services."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_SLOW_SECONDS, _WRONG_SECONDS = 5, 20
"""The second value is the default leeway for tokens."""


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check. `remedy` says how to fix the problem."""

    check: str
    state: State
    detail: str
    remedy: str | None = None


def ok(check: str, detail: str) -> Finding:
    return Finding(check, State.OK, detail)


def skipped(check: str, detail: str) -> Finding:
    return Finding(check, State.SKIPPED, detail)


def warning(check: str, detail: str, remedy: str) -> Finding:
    return Finding(check, State.WARNING, detail, remedy)


def failed(check: str, detail: str, remedy: str) -> Finding:
    return Finding(check, State.FAILED, detail, remedy)


def check_clock(check: str, whose: str, theirs: datetime | None, ours: datetime) -> Finding:
    """Return a warning above 5 seconds of difference and a failure above 20. HTTP dates have whole seconds."""
    if theirs is None:
        return skipped(check, f"{whose} does not report its time")
    apart = abs((ours - theirs).total_seconds())
    if apart <= _SLOW_SECONDS:
        return ok(check, f"agrees with the clock of {whose}")
    text = f"differs from the clock of {whose} by {apart:.0f} s"
    remedy = "Synchronise the clocks of both machines with NTP."
    return (failed if apart > _WRONG_SECONDS else warning)(check, text, remedy)
