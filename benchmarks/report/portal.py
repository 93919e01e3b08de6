"""The section about the portal's pages."""

from benchmarks.parts.portal import Page, Portal
from benchmarks.report.section import Section
from benchmarks.report.tables import milliseconds, table


def portal_section(portal: Portal) -> Section:
    head = ["Page", "HTML, KB", "gzip", "Its files, KB", "gzip", "Files", "Server p50, ms", "p99, ms"]
    text = f"""
Upstream: {portal.upstream}. As alice (20 keys, 10 teams, 120 days of usage), warm, on one connection. The files are
those the page refers to, which a browser keeps after the first visit.

{table(head, [_row(page) for page in portal.pages])}"""
    return Section("The portal", text)


def _row(page: Page) -> list[str]:
    sizes = (page.html, page.html_gzip, page.others, page.others_gzip)
    html, html_gzip, others, others_gzip = (f"{size / 1000:.1f}" for size in sizes)
    times = (milliseconds(page.figures.p50), milliseconds(page.figures.p99))
    return [f"`{page.path}`", html, html_gzip, others, others_gzip, str(page.files), *times]
