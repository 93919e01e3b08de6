"""One person with a browser: their actions on portal pages, and the browser's errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, WebError

from tests.support.desk.desk import Visitor

_DOCUMENT_FAILED = "Failed to load resource"
"""Chromium's message for a page with an error status, which many tests expect."""


@dataclass
class Visit:
    """A window without cookies at the start. Paths are the portal's."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    gateway: str | None = None
    """The gateway's URL in tests whose page calls it."""

    async def become(self, name: str) -> None:
        """Sign in as a demo user by display name."""
        await self.page.goto("/sign-in")
        await self.press(name)

    async def return_as(self, person: Visitor) -> None:
        """Sign in as a demo user by user id and open the home page."""
        await self.page.goto("/sign-in")
        async with self.page.expect_navigation():
            await self.page.locator(f"button[value='{person.user_id}']").click()

    async def press(self, name: str) -> Response:
        """Press a button that leads to a page, by its name. Return the response."""
        async with self.page.expect_navigation() as leading_to:
            await self.page.get_by_role("button", name=name).click()
        answer = await leading_to.value
        assert answer is not None
        return answer

    async def follow(self, name: str, *, exact: bool = False) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name, exact=exact).click()

    async def fill(self, **fields: str) -> None:
        """Fill in form fields by their names. Options are selected by their labels."""
        for name, text in fields.items():
            element = self.page.locator(f"[name={name}]")
            if await element.evaluate("element => element.localName") == "select":
                await element.select_option(label=text)
            else:
                await element.fill(text)

    async def create_key(self, alias: str, **fields: str) -> str:
        """Create a key with the form, opened if necessary, and return its secret."""
        if await self.page.locator("#alias").count() == 0:
            await self.page.goto("/keys/new")
        await self.fill(alias=alias, **fields)
        await self.press("Create key")
        return await self.page.get_by_label("API key", exact=True).input_value()

    def row(self, alias: str) -> Locator:
        """Return the key's row in the list."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_text(alias, exact=True))

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    async def clipboard(self) -> str:
        text: str = await self.page.evaluate("navigator.clipboard.readText()")
        return text

    async def has_secret(self, secret: str) -> bool:
        """Return whether the page contains the secret, visible or hidden."""
        return secret in await self.page.content()

    def posted(self, path: str) -> int:
        """Return how often a form was sent to the path."""
        return sum(
            request.method == "POST" and urlsplit(request.url).path == path for request in self.requests
        )

    def foreign(self) -> list[str]:
        """Return requests to other origins."""
        ours = (f"{self.origin}/", "data:", *([f"{self.gateway}/"] if self.gateway else []))
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
    """A visit in a window that may be reused but keeps no state.

    It must end without browser errors and without requests to other origins.
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
