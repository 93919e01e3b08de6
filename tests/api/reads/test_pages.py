"""Portal pages show the same cached data as the API: they load immediately and show an outage."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.support.desk.desk import Desk, OpenDesk, Visitor
from tests.support.desk.later import Later
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

_NOTICE = re.compile(r'LiteLLM is unavailable.*?<time datetime="([^"]+)"')
PAGES = ["/", "/keys", "/keys/new", "/teams", "/models", "/usage"]


@asynccontextmanager
async def at_the_portal(desk: Desk, person: str) -> AsyncIterator[PortalVisitor]:
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(person)
        yield visitor


async def shown(visitor: PortalVisitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


async def test_a_page_makes_no_calls_after_its_first_load(
    remembering: OpenDesk, jane: Visitor, counted: SandboxControl
) -> None:
    async with remembering() as desk, at_the_portal(desk, jane.user_id) as visitor:
        await desk.app.state.services.views.models()
        counted.forget()
        await shown(visitor, "/")
        assert len(counted.calls()) <= 4, counted.calls()
        for path in PAGES:
            await shown(visitor, path)
        counted.forget()
        for path in PAGES:
            await shown(visitor, path)
        assert counted.calls() == []


async def test_a_change_through_the_api_is_on_the_next_page(remembering: OpenDesk, jane: Visitor) -> None:
    alias = unique("notebook")
    async with remembering() as desk, at_the_portal(desk, jane.user_id) as visitor:
        assert alias not in await shown(visitor, "/keys")
        issued = await desk.welcome(jane).issue(alias)
        assert alias in await shown(visitor, "/keys")
        answer = await visitor.post(f"/keys/{issued['token']}/block", at="/keys")
        assert answer.status_code == 303
        assert "blocked" in await shown(visitor, "/keys?q=" + alias)


@pytest.mark.usefixtures("one_attempt")
async def test_pages_show_cached_data_with_its_age_during_an_outage(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    async with open_later() as desk, at_the_portal(desk, jane.user_id) as visitor:
        began_at = later().replace(microsecond=0)
        for path in PAGES:
            assert _NOTICE.search(await shown(visitor, path)) is None
        taken_at = later()
        later.by = timedelta(minutes=20)
        with control.fault("/", outage="refuse"):
            for path in PAGES:
                found = _NOTICE.search(await shown(visitor, path))
                assert found is not None, path
                assert began_at <= datetime.fromisoformat(found[1]) <= taken_at
            fields = {
                "alias": unique("new"),
                "max_budget": "1",
                "form_mark": visitor.cookie("keydesk_form") or "",
            }
            refused = await visitor.post("/keys", at="/keys/new", **fields)
            assert refused.status_code in {502, 503}
        later.by += timedelta(minutes=1)
        assert _NOTICE.search(await shown(visitor, "/keys")) is None
