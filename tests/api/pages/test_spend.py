"""GET /spend: a small answer to whether the figures of a page have changed."""

import re

import httpx2
import pytest

from tests.api.pages.conftest import Office
from tests.support.desk.desk import Visitor
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway

pytestmark = pytest.mark.anyio
_LINE = re.compile(r'id="updated" data-address="([^"]+)" data-version="([^"]+)"')


async def asked(visitor: PortalVisitor, page: str) -> httpx2.Response:
    """Ask whether there is something newer than what the page shows."""
    found = _LINE.search(page)
    assert found is not None
    address, version = found[1].replace("&amp;", "&"), found[2]
    return await visitor.get(address, headers={"If-None-Match": f'W/"{version}"'})


@pytest.mark.parametrize("path", ["/", "/usage", "/usage?start_date=2026-01-01&end_date=2026-01-31", "key"])
async def test_figures_that_did_not_change_are_not_sent(
    owner: Visitor, jane: PortalVisitor, path: str
) -> None:
    key_id = (await owner.issue(f"{owner.user_id} own"))["token"]
    page = (await jane.get(f"/keys/{key_id}" if path == "key" else path)).text
    answer = await asked(jane, page)
    assert (answer.status_code, answer.content, answer.headers["age"]) == (304, b"", "0")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/usage", "key"])
async def test_a_request_changes_the_version(
    owner: Visitor, jane: PortalVisitor, gateway: Gateway, path: str
) -> None:
    issued = await owner.issue(f"{owner.user_id} own")
    page = (await jane.get(f"/keys/{issued['token']}" if path == "key" else path)).text
    await gateway.chat(issued["key"])
    answer = await eventually(lambda: asked(jane, page), lambda answer: answer.status_code == 200)
    assert answer.content == b""
    assert len(answer.headers["etag"]) < 50


async def test_the_version_of_a_key_page_covers_that_key_only_in_usage(
    owner: Visitor, jane: PortalVisitor, gateway: Gateway
) -> None:
    own, other = await owner.issue(f"{owner.user_id} own"), await owner.issue(f"{owner.user_id} other")
    address = f"/spend?key={own['token']}"
    before = (await jane.get(address)).headers["etag"]
    await gateway.chat(other["key"])
    await eventually(lambda: owner.read("/usage"), lambda usage: other["token"] in usage["usage_by_key"])
    assert (await jane.get(address)).headers["etag"] == before


async def test_teams_of_others_have_no_version(
    office: Office, olga: PortalVisitor, jane: PortalVisitor
) -> None:
    team_id = await office.team_of(olga)
    assert (await olga.get(f"/spend?team={team_id}")).status_code == 200
    assert (await jane.get(f"/spend?team={team_id}")).status_code == 404
    stranger = await office.stranger()
    assert (await stranger.get("/spend")).status_code == 303
