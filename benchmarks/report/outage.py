"""The section about an outage of LiteLLM."""

from benchmarks.load.figures import Figures
from benchmarks.parts.outage import READERS, WRITERS, WRITES, Outage
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, per_second, table

_UNAVAILABLE = 503
_REFUSED_MILLISECONDS = 100


def outage_section(outage: Outage) -> Section:
    head = ["", "Requests/s", "p50", "p99", "Requests", "Answered", "Refused or failed"]
    rows = [_row(f"Keydesk, page load on {READERS} connections", outage.reads)]
    if outage.reference_reads is not None:
        rows.append(_row("Reference, the same", outage.reference_reads))
    rows.append(_row(f"Keydesk, keys to make on {WRITERS} connections", outage.writes))
    age = ", ".join(f"`{name}: {value}`" for name, value in outage.headers.items()) or "no header of its age"
    answers = ", ".join(f"{number} x {status}" for status, number in sorted(outage.answers.items()))
    text = f"""
Upstream: {outage.upstream}, which refuses connections from one moment to the next, with
everything warm. When nothing is fresh any more, first the reads, whose answers carry
{age}; then {WRITES} keys to make, the very first of which are still tried upstream: {answers}.
Latencies are in milliseconds.

{table(head, rows)}"""
    return Section("LiteLLM away", text, _claims(outage))


def _row(name: str, figures: Figures) -> list[str]:
    return [
        name,
        per_second(figures),
        milliseconds(figures.p50),
        milliseconds(figures.p99),
        f"{figures.requests:,}",
        f"{figures.requests - figures.failures:,}",
        f"{figures.failures:,}",
    ]


def _claims(outage: Outage) -> tuple[Claim, ...]:
    reads, writes = outage.reads, outage.writes
    refused = outage.answers[_UNAVAILABLE]
    return (
        Claim(
            "LiteLLM away: warm reads that fail",
            "0",
            f"{reads.failures:,} of {reads.requests:,}",
            not reads.failures,
        ),
        Claim(
            "LiteLLM away: changes are refused, p99",
            f"< {_REFUSED_MILLISECONDS} ms",
            f"{milliseconds(writes.p99)} ms, {refused} of {writes.requests} with {_UNAVAILABLE}",
            writes.p99 < _REFUSED_MILLISECONDS and writes.failures == writes.requests,
        ),
    )
