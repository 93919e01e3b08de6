"""One person at a browser: what they do on the portal's pages, and what the browser had to complain of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, WebError

from tests.support.desk.desk import Visitor

_DOCUMENT_FAILED = "Failed to load resource"
"""Chromium's note about a page with a status from 400 on, which is what many tests want to see."""


@dataclass
class Visit:
    """A window of its own, with no cookies at the start. Paths are those of the portal."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def become(self, name: str) -> None:
        """Sign in as a sample person by their display name."""
        await self.page.goto("/sign-in")
        await self.press(name)

    async def return_as(self, person: Visitor) -> None:
        """Sign in as one of the sample people, by their user id; the first page opens."""
        await self.page.goto("/sign-in")
        async with self.page.expect_navigation():
            await self.page.locator(f"button[value='{person.user_id}']").click()

    async def press(self, name: str) -> Response:
        """Press a button that leads to a page, by its name; return the page's answer."""
        async with self.page.expect_navigation() as leading_to:
            await self.page.get_by_role("button", name=name).click()
        answer = await leading_to.value
        assert answer is not None
        return answer

    async def follow(self, name: str, *, exact: bool = False) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name, exact=exact).click()

    async def fill(self, **fields: str) -> None:
        """Fill fields of the form by their names in it; choose an option by what it says."""
        for name, text in fields.items():
            element = self.page.locator(f"[name={name}]")
            if await element.evaluate("element => element.localName") == "select":
                await element.select_option(label=text)
            else:
                await element.fill(text)

    async def create_key(self, alias: str, **fields: str) -> str:
        """Create a key by the form, opened if it is not, and return the secret that is shown."""
        if await self.page.locator("#alias").count() == 0:
            await self.page.goto("/keys/new")
        await self.fill(alias=alias, **fields)
        await self.press("Create key")
        return await self.page.get_by_label("API key", exact=True).input_value()

    def row(self, alias: str) -> Locator:
        """The row of a key in the list."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_text(alias, exact=True))

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    async def has_secret(self, secret: str) -> bool:
        """Whether the page holds the secret anywhere, shown or not."""
        return secret in await self.page.content()

    def posted(self, path: str) -> int:
        """How often a form was sent there."""
        return sum(
            request.method == "POST" and urlsplit(request.url).path == path for request in self.requests
        )

    def foreign(self) -> list[str]:
        """Requests that left our origin."""
        ours = (f"{self.origin}/", "data:")
        return [request.url for request in self.requests if not request.url.startswith(ours)]

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_DOCUMENT_FAILED):
            self.complaints.append(message.text)

    def hear_error(self, failed: WebError) -> None:
        self.complaints.append(str(failed.error))

    def see(self, request: Request) -> None:
        self.requests.append(request)


@asynccontextmanager
async def visiting(context: BrowserContext, origin: str) -> AsyncIterator[Visit]:
    """A visit in a window that may have been used before, but keeps nothing of it.

    It must end without complaints of the browser, and without a request to anybody else.
    """
    await context.clear_cookies()
    visit = Visit(context.pages[0] if context.pages else await context.new_page(), origin)
    context.on("console", visit.hear)
    context.on("weberror", visit.hear_error)
    context.on("request", visit.see)
    yield visit
    context.remove_listener("console", visit.hear)
    context.remove_listener("weberror", visit.hear_error)
    context.remove_listener("request", visit.see)
    for tab in context.pages[1:]:
        await tab.close()
    assert visit.complaints == []
    assert visit.foreign() == []
