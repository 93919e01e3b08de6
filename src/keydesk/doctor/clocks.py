"""Compares this machine's clock with that of a peer."""

from datetime import datetime

from keydesk.doctor.finding import Finding, failed, ok, skipped, warning

_SLOW_SECONDS, _WRONG_SECONDS = 5, 20
"""The larger one is the default leeway for tokens."""


def check_clock(check: str, whose: str, theirs: datetime | None, ours: datetime) -> Finding:
    """Return a warning above 5 seconds of difference and a failure above 20; an HTTP date has whole seconds only."""
    if theirs is None:
        return skipped(check, f"{whose} does not tell the time")
    apart = abs((ours - theirs).total_seconds())
    if apart <= _SLOW_SECONDS:
        return ok(check, f"agrees with that of {whose}")
    text = f"differs from that of {whose} by {apart:.0f} s"
    remedy = "Synchronise the clocks of both machines by NTP."
    return (failed if apart > _WRONG_SECONDS else warning)(check, text, remedy)
