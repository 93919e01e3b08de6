"""The section about start and memory."""

from statistics import median

from benchmarks.start import MIXED_REQUESTS, SETTLING_SECONDS, Started, Starts
from benchmarks.tables import table


def start_section(starts: Starts) -> str:
    """Markdown."""
    head = [
        "",
        "Start to ready, median",
        "Slowest",
        "CPU time, median",
        f"Memory {SETTLING_SECONDS} s later",
        f"After {MIXED_REQUESTS} requests",
    ]
    rows = [_row("`keydesk serve`", starts.keydesk), _row("FastAPI on uvicorn, one route", starts.bare)]
    return f"""
## Start and memory
From spawning the process to the first 200 on its readiness route, {len(starts.keydesk.seconds)} runs each in turn; warm
database (SQLite), upstream: {starts.upstream}. Memory is resident memory; the requests are those of the next section,
mixed.

{table(head, rows)}"""


def _row(name: str, started: Started) -> list[str]:
    times = [median(started.seconds), max(started.seconds), median(started.cpu_seconds)]
    memory = [started.idle_mib, started.used_mib]
    return [name, *(f"{seconds:.2f} s" for seconds in times), *(f"{mib:.0f} MiB" for mib in memory)]
