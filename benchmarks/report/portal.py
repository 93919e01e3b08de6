"""The section about the portal's pages."""

from benchmarks.load.browser import Visits
from benchmarks.parts.portal import LIMIT_BYTES, Page, Portal
from benchmarks.peers.large_scene import DAYS, KEYS, MEMBERS, TEAMS
from benchmarks.report.section import Claim, Section
from benchmarks.report.tables import milliseconds, table

_HEAD = [
    "Page", "HTML, KB", "gzip", "Server p50, ms", "p99, ms", "First visit: requests", "KB on the wire",
    "of it charts", "first paint, ms", "Again: KB on the wire", "first paint, ms",
]  # fmt: skip


def portal_section(portal: Portal) -> Section:
    text = f"""
Upstream: {portal.upstream}. As alice (20 keys, 10 teams, 120 days of usage), warm, on one connection.
The first paint (first contentful paint, of Chromium) is the median of five windows of their own on this machine,
without a network in between; a first visit has nothing in the browser's cache.

{table(_HEAD, [_row(page) for page in portal.pages])}

Long lists. Upstream: {portal.large_upstream}. As a person with {KEYS} keys, who manages {TEAMS} teams, one of them
with {MEMBERS:,} members, and has {DAYS} days of usage.

{table(_HEAD, [_row(page) for page in portal.large])}"""
    return Section("The portal", text, _claims(portal))


def _row(page: Page) -> list[str]:
    times = (milliseconds(page.figures.p50), milliseconds(page.figures.p99))
    return [f"`{page.path}`", _kilobytes(page.html), _kilobytes(page.html_gzip), *times, *_seen(page.seen)]


def _seen(seen: Visits | None) -> list[str]:
    if seen is None:
        return ["no Chromium", "", "", "", "", ""]
    first, again = seen.first, seen.again
    return [
        str(first.requests),
        _kilobytes(first.transferred),
        _kilobytes(first.charts),
        f"{first.paint_milliseconds:.0f}",
        _kilobytes(again.transferred),
        f"{again.paint_milliseconds:.0f}",
    ]


def _claims(portal: Portal) -> tuple[Claim, ...]:
    seen = [page.seen.first for page in (*portal.pages, *portal.large) if page.seen]
    weights = [visit.transferred - visit.charts for visit in seen]
    if not weights:
        return ()
    heaviest, limit = max(weights), f"< {_kilobytes(LIMIT_BYTES)} KB"
    what = "Everything of the heaviest page without charts, on the wire"
    return (Claim(what, limit, f"{_kilobytes(heaviest)} KB", heaviest < LIMIT_BYTES),)


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.1f}"
