"""The section about page loads and reads."""

from benchmarks.load.figures import Figures, ratio
from benchmarks.load.wrk import generator
from benchmarks.parts.reads import CONNECTIONS, PageCalls, Reads, Row
from benchmarks.peers.scene import DAYS, WITH_OBJECT_PERMISSION
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import counted, milliseconds, per_second, table, times

_TIMES_REFERENCE, _P99_MILLISECONDS, _OF_BARE = 100, 20, 0.5
_COLD_CALLS = 4


def reads_section(reads: Reads) -> Section:
    """The design depends on the claims of the page load and the keys."""
    rows = [reads.page, *reads.routes]
    busiest = max(row.bare.generator_share for row in rows)
    text = f"""
Upstream: {reads.upstream}. Alice has 20 keys, 10 teams ({WITH_OBJECT_PERMISSION} of them with vector stores) and {DAYS}
days of usage ({reads.activity_rows:,} rows at the gateway). {CONNECTIONS} connections, each asking again as soon as it
has been answered; one process each. *Keydesk* is warm and has its database on SQLite; *reference* is the Backstage
plugin on Express, whose Backstage services answer from memory; *LiteLLM* is called directly, with the calls without
which nobody can answer the route, those that do not depend on each other together; *bare* is a Starlette route that
returns Keydesk's bytes on Keydesk's server settings. Latencies are in milliseconds.

{_speed(rows)}
The load comes from {generator()} (LiteLLM: httpx2). It used at most {busiest:.0%} of a core on the bare
route, which is the fastest: the generator does not limit the results.

### Upstream calls of a page load
All six requests in parallel. The models are loaded at the start.

{_calls(reads.calls)}"""
    return Section("Page load and reads", text, _claims(reads))


def _speed(rows: list[Row]) -> str:
    head = ["Route", "Asked", "Requests/s", "p50", "p99", "Requests", "Failures", "Keydesk is"]
    lines: list[list[str]] = []
    for row in rows:
        cpu = f"{1000 * row.cpu_seconds:.2f} ms CPU each"
        lines.append([row.label, "Keydesk", *_figures(row.keydesk), cpu])
        for name, figures in (
            ("reference", row.reference),
            ("LiteLLM", row.straight),
            ("bare", row.bare),
        ):
            if figures:
                lines.append(["", name, *_figures(figures), times(_ratio(row, figures))])
    return table(head, lines, text_columns=2)


def _figures(figures: Figures) -> list[str]:
    latencies = [milliseconds(figures.p50), milliseconds(figures.p99)]
    return [per_second(figures), *latencies, f"{figures.requests:,}", f"{figures.failures:,}"]


def _ratio(row: Row, figures: Figures) -> float:
    return ratio(row.keydesk.per_second, figures.per_second)


def _calls(calls: PageCalls) -> str:
    rows = [("Keydesk, the first page of a person", calls.cold), ("Keydesk, the next", calls.warm)]
    rows += [("Reference, every time", calls.reference)] if calls.reference is not None else []
    lines = [[name, counted(made), str(sum(made.values()))] for name, made in rows]
    return table(["", "Calls", "Number"], lines, text_columns=2)


def _claims(reads: Reads) -> tuple[Claim, ...]:
    page, keys = reads.page, next(row for row in reads.routes if "/keys" in row.label)
    of_bare = _ratio(keys, keys.bare)
    cold, warm = sum(reads.calls.cold.values()), sum(reads.calls.warm.values())
    p99 = page.keydesk.p99
    claims = [
        Claim(
            f"Warm page load, p99 at {CONNECTIONS} connections",
            f"< {_P99_MILLISECONDS} ms",
            f"{milliseconds(p99)} ms",
            p99 < _P99_MILLISECONDS and not page.keydesk.failures,
        ),
        Claim(
            "Hot `GET /keys` against the bare route",
            f">= {_OF_BARE} x",
            times(of_bare),
            of_bare >= _OF_BARE and not keys.keydesk.failures,
        ),
        Claim(
            f"Upstream calls of a cold page load, {WITH_OBJECT_PERMISSION} teams with vector stores seen first",
            f"<= {_COLD_CALLS} + {WITH_OBJECT_PERMISSION}",
            f"{cold}",
            cold <= _COLD_CALLS + WITH_OBJECT_PERMISSION,
        ),
        Claim("Upstream calls of a warm page load", "0", f"{warm}", warm == 0),
    ]
    if page.reference is not None:
        factor = _ratio(page, page.reference)
        what = "Warm page load against the reference, requests/s"
        claims.insert(0, Claim(what, f">= {_TIMES_REFERENCE} x", times(factor), factor >= _TIMES_REFERENCE))
    return tuple(claims)
