"""Adds up what the faults of a run came to, for the end of its report. Judges nothing."""

from collections.abc import Callable, Iterable

COUNT, SLOWEST = "fault figures: count", "fault figures: slowest"


def counted(record: Callable[[str, object], None], faults: int, **seconds: float) -> None:
    """Note in a test's report how many faults it made and how long things took at most."""
    record(COUNT, faults)
    record(SLOWEST, seconds)


def summary(reports: Iterable[object]) -> list[str]:
    """The lines for the end of a run; none if nothing was counted."""
    faults, slowest = 0, dict[str, float]()
    for report in reports:
        for name, value in getattr(report, "user_properties", []):
            if name == COUNT:
                faults += value
            elif name == SLOWEST:
                slowest |= {what: max(slowest.get(what, 0.0), took) for what, took in value.items()}
    times = [f"{what.replace('_', ' ')}: {took:.2f} s" for what, took in slowest.items()]
    return [f"faults injected: {faults}", *times] if faults else []
