"""Starts headless Chromium without background traffic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from tests.support.required import chromium

_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """Start the browser of `KEYDESK_TEST_CHROMIUM`, else Chromium from PATH."""
    async with async_playwright() as playwright:
        # Chromium's sandbox needs privileges that containers lack; it opens Keydesk's own pages only.
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", *_QUIET])
        yield browser
        await browser.close()
