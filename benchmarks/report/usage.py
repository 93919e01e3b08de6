"""The section about a year of usage."""

import math

from benchmarks.load.figures import Figures, ratio
from benchmarks.parts.usage import CONNECTIONS, DAYS, KEYS, MODELS, Read, Year
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import counted, milliseconds, per_second, table

_TITLE = f"{DAYS} days of usage"
_HEAD = [
    "",
    "Time",
    "Total, USD",
    "Total, requests",
    "Of what is true",
    "Says it is complete",
    "Upstream calls",
]
_CALLS, _P50_MILLISECONDS = 1, 50


def usage_section(year: Year | None) -> Section:
    if year is None:
        return Section(
            _TITLE, "\nNot measured: LITELLM_DATABASE_URL does not say where usage can be written.\n"
        )
    written, again = year.written, year.again
    rows = [
        _row("Keydesk, first time", year.first, year),
        _row("Keydesk, second time", year.second, year),
        *([_row("Reference, every time", year.reference, year)] if year.reference else []),
    ]
    text = f"""
Upstream: {year.upstream}. Alice's {KEYS} keys used {MODELS} models for {DAYS} days: {written.rows:,} rows at the
gateway, {written.requests:,} requests, {written.spend:,.2f} USD, summed over the rows as they were written. Reading all
{year.straight_pages} pages directly, one after the other, took {year.straight_seconds:.2f} s. The second
time is while the account is in memory.

{table(_HEAD, rows)}
From then on Keydesk answers at p50 {milliseconds(again.p50)} ms, p99 {milliseconds(again.p99)} ms on one connection
({again.requests:,} requests, {again.failures} failures){_crowd(year.crowd)}.
"""
    return Section(
        _TITLE, text, _claims(year), exact=_is_true(year.first, year) and _is_true(year.second, year)
    )


def _crowd(crowd: Figures | None) -> str:
    if crowd is None:
        return ""
    latencies = f"p50 {milliseconds(crowd.p50)} ms, p99 {milliseconds(crowd.p99)} ms"
    return f",\nand {per_second(crowd)} requests/s at {latencies} on {CONNECTIONS} connections"


def _row(name: str, read: Read, year: Year) -> list[str]:
    complete = {True: "yes", False: "no", None: "-"}[read.complete]
    return [
        name,
        f"{read.seconds:.3f} s",
        f"{read.spend:,.2f}",
        f"{read.requests:,}",
        f"{ratio(read.spend, year.written.spend):.1%}",
        complete,
        counted(read.calls),
    ]


def _is_true(read: Read, year: Year) -> bool:
    same_spend = math.isclose(read.spend, year.written.spend, rel_tol=1e-6)
    return same_spend and read.requests == year.written.requests and read.complete is True


def _claims(year: Year) -> tuple[Claim, ...]:
    calls = sum(year.second.calls.values())
    p50 = year.again.p50
    return (
        Claim(
            f"{DAYS} days of usage, first time: complete",
            f"{year.written.spend:,.2f} USD",
            f"{year.first.spend:,.2f} USD, complete: {'yes' if year.first.complete else 'no'}",
            _is_true(year.first, year),
        ),
        Claim(
            f"{DAYS} days of usage, second time: upstream calls", f"<= {_CALLS}", str(calls), calls <= _CALLS
        ),
        Claim(
            f"{DAYS} days of usage, afterwards: p50",
            f"< {_P50_MILLISECONDS} ms",
            f"{milliseconds(p50)} ms",
            p50 < _P50_MILLISECONDS and not year.again.failures,
        ),
    )
