"""The transfer size of pages with everything they load, as the browser counts it."""

import pytest
from playwright.async_api import Browser

from benchmarks.load.browser import visits
from keydesk.auth.session_cookie import SESSION
from tests.browser.conftest import AskApi
from tests.browser.visit import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.real_chromium]

LIMIT_BYTES = 100_000
PATHS = (
    "/sign-in", "/", "/keys", "/keys/new", "/usage", "/teams", "/teams/platform", "/teams/platform/edit", "/models",
    "/playground", "/audit", "/admin", "/admin/provisioning?user=newbie", "/admin/configuration", "/nowhere",
)  # fmt: skip


async def test_pages_without_charts_are_small(visit: Visit, api: AskApi, browser: Browser) -> None:
    await visit.return_as(await api("jane"))
    cookies = [(each["name"], each["value"]) for each in await visit.page.context.cookies()]
    assert SESSION in dict(cookies)
    for path in PATHS:
        seen = await visits(browser, visit.origin + path, cookies, rounds=1)
        # At least the page, the style sheet, two scripts and the icon are counted.
        assert seen.first.requests >= 5, path
        assert 10_000 < seen.first.transferred - seen.first.charts < LIMIT_BYTES, path
        assert (seen.first.charts > 0) is (path in {"/", "/usage"}), path
        assert seen.again.requests == 1, path
        assert seen.first.paint_milliseconds > 0
