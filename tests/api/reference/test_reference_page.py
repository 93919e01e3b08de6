"""The reference page contains the OpenAPI document, with nothing from other hosts and no inline script."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from keydesk.app import API
from tests.api.reference.conftest import Document

pytestmark = pytest.mark.anyio
PAGE = f"{API}/docs"


class Addresses(HTMLParser):
    """The URLs that the page loads or links to, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.elements: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.found += [value or "" for name, value in attrs if name in {"src", "href", "action"}]


@pytest.fixture
async def page(app: FastAPI) -> str:
    """The page as a visitor without a session gets it. It needs no running Keydesk."""
    transport: Any = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.get(PAGE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def test_it_has_every_operation_and_every_problem(page: str, document: Document) -> None:
    text = re.sub(r"<[^>]+>", "", page)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path}" in text
            assert f'id="{operation["operationId"]}"' in page
    for slug in {slug for slug in document["components"]["examples"] if slug != "unexpected"}:
        assert f"<code>{slug}</code>" in page


async def test_it_loads_nothing_from_other_hosts_and_has_no_inline_script(page: str) -> None:
    addresses = Addresses(page)
    assert addresses.elements.isdisjoint({"iframe", "object", "style"})
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert [each for each in addresses.found if not each.startswith(("/", "#", "openapi.json"))] == []
    assert " on" not in " ".join(re.findall(r"<[a-z]+( [^>]*)>", page)).replace(" one", "").replace(
        " aria-live", ""
    )


async def test_every_internal_link_works(page: str) -> None:
    targets = {each[1:] for each in Addresses(page).found if each.startswith("#")}
    assert {target for target in targets if f'id="{target}"' not in page} == set()
