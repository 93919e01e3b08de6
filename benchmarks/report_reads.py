"""The section about single requests: speed, and what of it is Keydesk's own."""

from collections.abc import Sequence

from benchmarks.load import Figures
from benchmarks.own_part import OwnPart
from benchmarks.reads import CONNECTIONS, Reads
from benchmarks.scene import DAYS, WITH_OBJECT_PERMISSION
from benchmarks.tables import milliseconds, table


def reads_section(reads: Reads, own_parts: Sequence[OwnPart]) -> str:
    """Markdown."""
    speed = "".join(_speed(reads, connections) for connections in CONNECTIONS)
    return f"""
## Requests
Upstream: {reads.upstream}. Alice has 20 keys, 10 teams ({WITH_OBJECT_PERMISSION} of them with vector stores) and {DAYS}
days of usage ({reads.activity_rows} rows at the gateway). *Keydesk* is asked over HTTP, its database is SQLite.
*Straight upstream* makes, with httpx2, the calls without which nobody can answer the route, those that do not depend
on each other together. *Bare* is a Starlette route that returns the same bytes. Latencies are in milliseconds; of few
requests the slowest is both p95 and p99.
{speed}
### Keydesk's own part
Upstream calls of the first request after a start, and of each that follows, as the sandbox gateway counted them.
Times in milliseconds at the median, asked in turn, with the sandbox at its own speed: Keydesk, the calls straight
upstream, and the difference, which is Keydesk's own (negative where Keydesk needs fewer calls). CPU is the processor
time of the Keydesk process for one request, which depends less on what else the machine does.

{_own_parts(own_parts)}"""


def _speed(reads: Reads, connections: int) -> str:
    head = ["Route", "Asked", "Requests/s", "p50", "p95", "p99", "Requests", "Not 200"]
    rows: list[list[str]] = []
    for cell in (each for each in reads.cells if each.keydesk.connections == connections):
        rows.append([cell.route.label, "Keydesk", *_figures(cell.keydesk)])
        rows.append(["", "straight upstream", *_figures(cell.straight)])
        rows.append(["", "bare", *_figures(cell.bare)])
    title = "1 connection" if connections == 1 else f"{connections} connections"
    return f"\n### {title}\n{table(head, rows, text_columns=2)}"


def _figures(figures: Figures) -> list[str]:
    latencies = [milliseconds(figures.percentile(percent)) for percent in (50, 95, 99)]
    per_second = f"{figures.per_second:,.1f}" if figures.per_second < 100 else f"{figures.per_second:,.0f}"  # noqa: PLR2004 - readable
    return [per_second, *latencies, str(figures.requests), str(figures.failures)]


def _own_parts(parts: Sequence[OwnPart]) -> str:
    head = ["Route", "First request's calls", "Number", "Then", "Keydesk", "Straight", "Own", "CPU"]
    return table(head, [_own_part(part) for part in parts], text_columns=2)


def _own_part(part: OwnPart) -> list[str]:
    calls = ", ".join(f"{number} x `{call}`" for call, number in sorted(part.first.items()))
    numbers = [str(sum(part.first.values())), f"{part.repeated:g}"]
    times = [milliseconds(figures.percentile(50)) for figures in (part.keydesk, part.straight)]
    return [
        part.route.label,
        calls or "none",
        *numbers,
        *times,
        f"{part.milliseconds:+.1f}",
        f"{part.cpu_milliseconds:.1f}",
    ]
