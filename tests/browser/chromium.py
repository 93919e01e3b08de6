"""Starts headless Chromium without background traffic."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support.upstream.address import REQUIRE_REAL, real_is_required

CHROMIUM = "KEYDESK_TEST_CHROMIUM"
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
)


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """Start the browser of `KEYDESK_TEST_CHROMIUM`, else `chromium` from PATH."""
    found = os.environ.get(CHROMIUM) or shutil.which("chromium") or _missing()
    async with async_playwright() as playwright:
        # Chromium's sandbox needs privileges that containers lack; it opens Keydesk's own pages only.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *_QUIET])
        yield browser
        await browser.close()


def _missing() -> Any:
    reason = f"there is no chromium on the path, and {CHROMIUM} names none"
    if real_is_required():
        pytest.fail(f"{reason}, but {REQUIRE_REAL}=1 insists on one", pytrace=False)
    pytest.skip(reason)
