"""What the figures were measured on: cores, memory, versions. Nothing that tells whose machine it is."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks.tables import table

_PACKAGES = (
    "keydesk",
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "httpx2",
    "pydantic",
    "SQLAlchemy",
)


def load_average() -> float:
    """Of the last minute: how many programs wanted a core before the benchmarks began."""
    return os.getloadavg()[0]


def described_machine(load: float) -> str:
    """The head of the report."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    rows = [
        ["Date", datetime.now(UTC).date().isoformat()],
        ["Machine", f"{cores} cores, {memory:.0f} GiB memory, {platform.system()} {platform.machine()}"],
        ["Load average before", f"{load:.1f}"],
        ["Python", f"{platform.python_implementation()} {platform.python_version()}"],
        ["Packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)],
    ]
    head = (
        "# Benchmark results\n\nWritten by `make bench`; `benchmarks/run.py` says what is measured and how.\n"
    )
    return f"{head}\n{table(['', ''], rows, text_columns=2)}"
