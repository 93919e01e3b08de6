"""Opens pages in Chromium: the time of the first contentful paint, and the transfer size. Asserts nothing."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from playwright.async_api import Browser, BrowserContext, Request, async_playwright

_PAINT = """() => new Promise(painted => {
  const found = list => list.find(each => each.name === "first-contentful-paint");
  new PerformanceObserver(list => found(list.getEntries()) && painted(found(list.getEntries()).startTime))
    .observe({ type: "paint", buffered: true });
})"""
_CHARTS = ("/static/vendor/echarts.", "/static/charts.", "/static/charts/")


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes are transferred bytes including headers; `charts` is the part of them for charts."""

    paint_milliseconds: float
    requests: int
    transferred: int
    charts: int


@dataclass(frozen=True, slots=True)
class Visits:
    """`first` has an empty browser cache, `again` the cache of the first one. Times are medians."""

    first: Visit
    again: Visit


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser | None]:
    """Return its path, or None."""
    found = os.environ.get("KEYDESK_TEST_CHROMIUM") or shutil.which("chromium")
    if found is None:
        yield None
        return
    async with async_playwright() as playwright:
        # Chromium's sandbox needs privileges that containers lack. It opens Keydesk's own pages only.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def visits(browser: Browser, url: str, cookies: Sequence[tuple[str, str]], rounds: int) -> Visits:
    """Open the page several times in new windows, twice in each."""
    pairs = [await _pair(browser, url, cookies) for _ in range(rounds)]
    return Visits(_typical([first for first, _ in pairs]), _typical([again for _, again in pairs]))


async def _pair(browser: Browser, url: str, cookies: Sequence[tuple[str, str]]) -> tuple[Visit, Visit]:
    async with await browser.new_context() as context:
        await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies])
        return await _visit(context, url), await _visit(context, url)


async def _visit(context: BrowserContext, url: str) -> Visit:
    page = await context.new_page()
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("requestfinished", note)
    await page.goto(url, wait_until="networkidle")
    paint = float(await page.evaluate(_PAINT))
    sizes = [(request.url, await _on_the_wire(request)) for request in asked]
    await page.close()
    charts = sum(size for address, size in sizes if any(name in address for name in _CHARTS))
    return Visit(paint, sum(size > 0 for _, size in sizes), sum(size for _, size in sizes), charts)


async def _on_the_wire(request: Request) -> int:
    """Return zero for a response from the browser's cache."""
    timing = request.timing
    if timing["requestStart"] < 0 or timing["responseStart"] < 0:
        return 0
    sizes = await request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _typical(found: list[Visit]) -> Visit:
    return Visit(
        median(visit.paint_milliseconds for visit in found),
        max(visit.requests for visit in found),
        max(visit.transferred for visit in found),
        max(visit.charts for visit in found),
    )
