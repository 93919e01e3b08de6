"""The figures of a soak test for each phase, as lines of a table. Checks nothing."""

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from tests.resilience.soak.wire import Reply

OK = 200


@dataclass
class Phase:
    """All requests of one phase. Times are in seconds, memory in MiB."""

    name: str
    seconds: float = 0.0
    reads: list[Reply] = field(default_factory=list)
    writes: list[Reply] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def note(self, reply: Reply, *, is_write: bool) -> None:
        (self.writes if is_write else self.reads).append(reply.without_body())

    def statuses(self) -> Counter[int]:
        return Counter(reply.status for reply in (*self.reads, *self.writes))

    def unanswered(self) -> Counter[tuple[str, int]]:
        """Count failed reads by path and status."""
        return Counter((reply.path, reply.status) for reply in self.reads if reply.status != OK)

    def unmarked(self, paths: Collection[str]) -> Counter[str]:
        """Count successful reads of these paths without an `Age` header."""
        granted = (reply for reply in self.reads if reply.status == OK and reply.path in paths)
        return Counter(reply.path for reply in granted if not reply.is_marked)

    def slowest(self) -> float:
        return max((reply.seconds for reply in (*self.reads, *self.writes)), default=0.0)

    def row(self) -> str:
        requests = len(self.reads) + len(self.writes)
        cells = [
            self.name,
            f"{self.seconds:.0f}",
            f"{requests}",
            f"{requests / max(self.seconds, 1):.0f}",
            _percentiles(self.reads),
            _percentiles(self.writes),
            f"{self.slowest():.2f}",
            ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses().items())),
            f"{self.memory[0]:.0f} to {self.memory[-1]:.0f}" if self.memory else "",
        ]
        return f"| {' | '.join(cells)} |"


HEADER = (
    "| Phase | Seconds | Requests | A second | Reads p50 / p95 / p99 s | Writes p50 / p95 / p99 s | Slowest s "
    "| Statuses | Memory MiB |\n|---|---|---|---|---|---|---|---|---|"
)


def _percentiles(reply: list[Reply]) -> str:
    times = sorted(each.seconds for each in reply)
    if not times:
        return "-"
    return " / ".join(
        f"{times[min(len(times) - 1, math.ceil(len(times) * q) - 1)]:.3f}" for q in (0.5, 0.95, 0.99)
    )


def resident_mebibytes(pid: int) -> float:
    """Return the memory of a process. Reads /proc, so it works only on Linux."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1024**2
