"""The reference page in Chromium: light and dark, narrow and wide, without requests to other hosts."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from keydesk.app import API
from tests.support.required import chromium
from tests.support.upstream.serving import served

pytestmark = pytest.mark.real_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    async def without_lifespan(scope: dict[str, object], receive: object, send: object) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)  # type: ignore[arg-type] # passed on as they came

    with served(without_lifespan) as url:
        yield url


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_loads_nothing_from_other_hosts(
    browser: Browser, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}{API}/docs")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", ground)[:3])) < 64) == (scheme == "dark"), ground
    assert [url for url in asked if not url.startswith(address)] == []
    assert complaints == []
    page.close()
