"""The section about kinds of tokens and refusals."""

from collections.abc import Sequence

from benchmarks.load.figures import ratio
from benchmarks.load.wrk import generator
from benchmarks.parts.credentials import (
    BACKSTAGE,
    CONNECTIONS,
    EACH,
    OIDC,
    READS_PER_MINUTE,
    REFUSED,
    WRITTEN,
    Row,
)
from benchmarks.peers.identity import GROUPS
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table, times

_OF_BARE = 0.6


def credentials_section(rows: Sequence[Row]) -> Section:
    """Hot `GET /keys` by kind of token, and refusals of the same request."""
    by_label = {row.label: row for row in rows}
    turns = len(rows[0].turns)
    head = ["Token", "Requests/s", "p50", "Bare, requests/s", "Of bare", "Lowest", "Highest", "CPU of bare"]
    text = f"""
Hot `GET /keys` of a person with {EACH.keys} keys, on {CONNECTIONS} connections. Each row is a process of its own, with
its database on SQLite. *Written directory* is a token of the demo sign-in. *Backstage* is a user token of Backstage
(ES256), with groups from its catalog and permissions from its permission service. *OpenID Connect* is an access token
(RS256) that names the groups. The person is in {GROUPS} groups, each with a parent in the catalog. *Refused with 429*
is the request with a Backstage token, over a limit of {READS_PER_MINUTE} reads a minute.

The rows take turns of a second. Each turn follows one of a bare Starlette route that returns the same bytes, and "of
bare" compares the two. The figures are medians of {turns} turns. Lowest and highest are ratios of single turns: they
show how noisy the machine was. "CPU of bare" compares the processor time for one request (bare / Keydesk), which other
programs on the machine disturb less. The load comes from {generator()}. p50 is in milliseconds.

{table(head, [_line(row) for row in rows])}"""
    claims = [_claim(by_label[label]) for label in (WRITTEN, BACKSTAGE, OIDC)]
    return Section(
        "Tokens and refusals", text, (*claims, _refusal_claim(by_label[REFUSED], by_label[BACKSTAGE]))
    )


def _line(row: Row) -> list[str]:
    ratios = [turn.of_bare for turn in row.turns]
    return [
        row.label,
        f"{row.per_second:,.0f}",
        milliseconds(row.p50),
        f"{row.bare_per_second:,.0f}",
        times(row.of_bare),
        times(min(ratios)),
        times(max(ratios)),
        times(row.cpu_of_bare),
    ]


def _claim(row: Row) -> Claim:
    what = f"Hot `GET /keys` against the bare route: {row.label}"
    failures = sum(turn.subject.failures for turn in row.turns)
    return Claim(what, f">= {_OF_BARE} x", times(row.of_bare), row.of_bare >= _OF_BARE and not failures)


def _refusal_claim(refused: Row, served: Row) -> Claim:
    """By processor time, so that other load of the machine does not matter."""
    factor = ratio(served.cpu_of_bare, refused.cpu_of_bare)
    return Claim("A refusal against an answer: processor time", "<= 1 x", times(factor), factor <= 1)
