"""A person's browser at the certified provider: its forms, and the redirect to a port of the machine."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

_FIELD = re.compile(r'name="(xsrf|user_code)" value="([^"]*)"')
_REDIRECTS = 10


@dataclass
class Browser:
    """`subject` is whom the person signs in as. The client keeps the provider's cookies."""

    http: httpx2.AsyncClient = field(repr=False)
    issuer: str
    subject: str = "sub-nia"
    decision: str = "in"

    async def answer_to(self, address: str) -> str:
        """Sign in where the address leads. Return the address on the machine that the browser is sent to."""
        page = await self._signs_in(await self.http.get(address))
        assert page.is_redirect, page.text
        return str(page.headers["location"])

    async def code_for(self, address: str) -> str:
        return parse_qs(urlsplit(await self.answer_to(address)).query)["code"][0]

    async def refusal_of(self, address: str) -> str:
        """Return the text of the error page. The provider must not redirect."""
        page = await self.http.get(address)
        assert (page.status_code, page.is_redirect) == (400, False), page.text
        return page.text

    async def opens_device_page(self, user_code: str) -> httpx2.Response:
        """Enter a code. Return the page that asks to confirm it."""
        form = _fields(await self.http.get(f"{self.issuer}/device"))
        return await self.http.post(f"{self.issuer}/device", data=form | {"user_code": user_code})

    async def answers_device(self, user_code: str, decision: str = "confirm") -> httpx2.Response:
        page = await self.confirms_device(user_code, decision)
        return page if decision == "abort" else await self._signs_in(page)

    async def confirms_device(self, user_code: str, decision: str = "confirm") -> httpx2.Response:
        """Confirm a code. Return the page that follows, where the person has to sign in."""
        form = _fields(await self.opens_device_page(user_code))
        page = await self.http.post(f"{self.issuer}/device", data=form | {decision: "yes"})
        while page.is_redirect:
            page = await self.http.get(urljoin(str(page.url), page.headers["location"]))
        return page

    async def _signs_in(self, page: httpx2.Response) -> httpx2.Response:
        """Follow the provider's redirects and fill in its form, until it says something else."""
        for _ in range(_REDIRECTS):
            if "Sign in at the provider" in page.text:
                page = await self.http.post(str(page.url), data={"login": self.subject, "go": self.decision})
            elif page.is_redirect and self._is_here(page):
                page = await self.http.get(urljoin(str(page.url), page.headers["location"]))
            else:
                return page
        raise AssertionError("the provider redirects without end")

    def _is_here(self, page: httpx2.Response) -> bool:
        return urljoin(str(page.url), page.headers["location"]).startswith(f"{self.issuer}/")


def _fields(page: httpx2.Response) -> dict[str, str]:
    found = dict(_FIELD.findall(page.text))
    assert "xsrf" in found, page.text
    return found
