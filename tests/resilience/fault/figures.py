"""Collects figures about the faults of a run for the end of the report. Checks nothing."""

from collections.abc import Callable, Iterable

COUNT, SLOWEST = "fault figures: count", "fault figures: slowest"


def counted(record: Callable[[str, object], None], faults: int, **seconds: float) -> None:
    """Record the number of faults and the longest duration in the test's report."""
    record(COUNT, faults)
    record(SLOWEST, seconds)


def summary(reports: Iterable[object]) -> list[str]:
    """Return the lines for the end of a run. Empty if nothing was counted."""
    faults, slowest = 0, dict[str, float]()
    for report in reports:
        for name, value in getattr(report, "user_properties", []):
            if name == COUNT:
                faults += value
            elif name == SLOWEST:
                slowest |= {what: max(slowest.get(what, 0.0), took) for what, took in value.items()}
    times = [f"{what.replace('_', ' ')}: {took:.2f} s" for what, took in slowest.items()]
    return [f"faults injected: {faults}", *times] if faults else []
