"""Prints at the end of a run which gateways the contract tests used and how many tests ran on each."""

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.support.upstream.address import Upstream

PROPERTY = "upstream"
OUTCOMES = ("passed", "failed", "error")


def record(request: pytest.FixtureRequest, upstream: Upstream) -> None:
    """Record the gateway in the test's report: reports are sent from xdist workers, fixtures are not."""
    request.node.user_properties.append((PROPERTY, [upstream.title, upstream.address]))


def summarise(reporter: pytest.TerminalReporter) -> None:
    """Print one line per gateway: name, version, URLs without credentials, tests by outcome."""
    counts: dict[str, Counter[str]] = {}
    addresses: dict[str, set[str]] = {}
    for outcome in OUTCOMES:
        for title, address in _upstreams(reporter.stats.get(outcome, [])):
            counts.setdefault(title, Counter())[outcome] += 1
            addresses.setdefault(title, set()).add(address)
    if counts:
        reporter.section("gateways used")
    for title, outcomes in sorted(counts.items()):
        where = ", ".join(sorted(addresses[title]))
        figures = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        reporter.write_line(f"{title} at {where}: {outcomes.total()} behaviours ({figures})")


def _upstreams(reports: Iterable[object]) -> Iterable[tuple[str, str]]:
    for report in reports:
        for name, value in getattr(report, "user_properties", []):
            if name == PROPERTY:
                title, address = value
                yield title, address
