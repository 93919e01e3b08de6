"""A person at the portal without a browser: signs in with the form, keeps cookies, sends forms with their token."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.desk.desk import ADDRESS

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_SMALL_PAGE = "/nowhere"
"""The page that says that there is nothing. It has forms, and is small: the sign-in page lists all sample people."""


def token_on(page: httpx2.Response) -> str:
    """Return the CSRF token of the forms on a page."""
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return found[1]


@dataclass(frozen=True)
class PortalVisitor:
    """A person with a cookie jar. `http` must not be shared. Paths are those of pages."""

    http: httpx2.AsyncClient = field(repr=False)
    origin: str = ADDRESS

    async def get(self, path: str, **sent: Any) -> httpx2.Response:
        return await self.http.get(path, **sent)

    async def post(self, path: str, *, at: str | None = None, **fields: Any) -> httpx2.Response:
        """Send a form with the token of the page `at`, or of any page, as a browser would."""
        token = token_on(await self.get(at or _SMALL_PAGE, headers={"Accept": "text/html"}))
        return await self.http.post(path, data={"csrf": token, **fields}, headers={"Origin": self.origin})

    async def sign_in(self, person: str, **fields: str) -> httpx2.Response:
        """Sign in as a sample person of the demo, by the name in their entity reference."""
        answer = await self.post("/sign-in", person=person, **fields)
        assert answer.status_code == 303, answer.text
        return answer

    def cookie(self, name: str = "keydesk_session") -> str | None:
        return self.http.cookies.get(name)


def portal_client(app: Any, base_url: str = ADDRESS) -> httpx2.AsyncClient:
    """Return a client with an empty cookie jar that calls the application over ASGI."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=base_url)


async def session_cookie(app: Any, person: str) -> dict[str, str]:
    """Return the header with the session of a sample person who has just signed in."""
    async with portal_client(app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(person)
        return {"Cookie": f"keydesk_session={visitor.cookie()}"}
