"""The machine of the measurements: cores, memory, versions. Nothing that identifies it."""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version

from benchmarks.peers import reference
from benchmarks.report.tables import table

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
    """Return that of the last minute."""
    return os.getloadavg()[0]


def described_machine() -> str:
    """Return the head of the report."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    peers = reference.versions() | _wrk_version()
    rows = [
        ["Machine", f"{cores} cores, {memory:.0f} GiB memory, {platform.system()} {platform.machine()}"],
        ["Python", f"{platform.python_implementation()} {platform.python_version()}"],
        ["Packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)],
        ["Peers", ", ".join(f"{name} {number}" for name, number in peers.items()) or "none"],
    ]
    head = (
        "# Benchmark results\n\nWritten by `make bench`; `benchmarks/run.py` says what is measured and how. "
        "Everything\nruns on one machine and shares its cores: figures compare within a part, not between machines.\n"
    )
    return f"{head}\n{table(['', ''], rows, text_columns=2)}"


def _wrk_version() -> dict[str, str]:
    if not shutil.which("wrk"):
        return {}
    command = ["wrk", "-v"]
    said = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    found = re.search(r"wrk (?:debian/)?(\d[\d.]*)", said)
    return {"wrk": found[1]} if found else {}
