"""The section about start time and memory."""

from statistics import median

from benchmarks.parts.start import MIXED_REQUESTS, SETTLING_SECONDS, Started, Starts
from benchmarks.report.section import Section
from benchmarks.report.tables import table


def start_section(starts: Starts) -> Section:
    head = [
        "",
        "Start to ready, median",
        "Slowest",
        "CPU time, median",
        f"Memory {SETTLING_SECONDS} s later",
        f"After {MIXED_REQUESTS} requests",
    ]
    rows = [_row("`keydesk serve`", starts.keydesk), _row("FastAPI on uvicorn, one route", starts.bare)]
    text = f"""
From spawning the process to the first 200 on its readiness route, {len(starts.keydesk.seconds)} runs each in turn; warm
database (SQLite), upstream: {starts.upstream}. Memory is resident memory; the requests are those of a page load.

{table(head, rows)}"""
    return Section("Start and memory", text)


def _row(name: str, started: Started) -> list[str]:
    times = [median(started.seconds), max(started.seconds), median(started.cpu_seconds)]
    memory = [started.idle_mib, started.used_mib]
    return [name, *(f"{seconds:.2f} s" for seconds in times), *(f"{mib:.0f} MiB" for mib in memory)]
