"""Whatever the fault between Keydesk and LiteLLM, every portal page shows an error page in time and recovers.

KEYDESK_FAULTS=all tries every kind of fault. Otherwise, a few are tried. The cache is off.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.api.matrix.requests import Objects
from tests.resilience.fault.conftest import OpenFullDesk
from tests.resilience.fault.faults import CANARY, HANGING, QUICK, texts_of
from tests.resilience.fault.figures import counted
from tests.resilience.fault.proxy import FaultProxy
from tests.resilience.fault.test_litellm_faults import LONGEST_SECONDS, THOROUGH
from tests.support.desk.desk import ADDRESS
from tests.support.desk.full import FullDesk
from tests.support.desk.portal import PortalVisitor, portal_client, token_on
from tests.support.desk.portal_pages import PAGES
from tests.support.upstream.eventually import eventually

pytestmark = pytest.mark.anyio

EVERY = {kind: fault for kind, (fault, _) in (QUICK | (HANGING if THOROUGH else {})).items()}
KINDS = list(EVERY) if THOROUGH else list(EVERY)[::12]
OTHERS = (
    "/admin",
    "/audit",
    "/sign",
    "/theme",
    "/language",
    "/patterns",
    "/single-keys",
    "/first-steps",
    "/palette",
    "/notifications",
    "/report-leak",
    "/requests",
    "/device",
    "/machines",
    "/oauth",
    "/.well-known",
    "/mcp",
)
"""Pages that a team admin cannot open, or that work without LiteLLM. `/mcp` takes bearer tokens only."""
REQUESTS = [(method, path) for method, path in PAGES if not path.startswith(OTHERS)]
VALUES = {"alias": "phone", "max_budget": "1", "team_alias": "Phones", "models": "gpt-4o", "member": "member"}
"""Values for every form and page. Pages ignore unknown fields."""


@dataclass(frozen=True)
class Somebody:
    """A person with a session. `objects` are the keys and the team of their pages."""

    http: httpx2.AsyncClient
    csrf: str
    objects: Objects

    async def ask(self, method: str, path: str) -> tuple[str, httpx2.Response, float]:
        begun = time.monotonic()
        form, query = (VALUES | {"csrf": self.csrf}, None) if method == "POST" else (None, VALUES)
        answer = await self.http.request(
            method, self.objects.filled(path), data=form, params=query, headers={"Origin": ADDRESS}
        )
        return f"{method} {path}", answer, time.monotonic() - begun


@pytest.fixture(scope="module")
async def full(open_full_desk: OpenFullDesk) -> AsyncIterator[FullDesk]:
    """With the default time limit, because a page calls LiteLLM several times."""
    async with open_full_desk(server={"time_limit_seconds": 8.0}) as found:
        yield found


@pytest.fixture(scope="module")
async def admin(full: FullDesk) -> AsyncIterator[Somebody]:
    objects = await full.objects("GET /teams/{team_id}/service-keys/{key_id}")
    async with portal_client(full.desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in("admin")
        yield Somebody(http, token_on(await visitor.get("/")), objects)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_page_while_litellm_is_faulty(
    admin: Somebody, litellm: FaultProxy, kind: str, record_property: Any
) -> None:
    async with litellm.suffering(EVERY[kind]):
        answers = await asyncio.gather(*(admin.ask(method, path) for method, path in REQUESTS))
    for page, answer, seconds in answers:
        assert answer.status_code in {502, 503, 504}, (page, answer.text)
        assert answer.headers["content-type"].startswith("text/html"), page
        assert not any(CANARY in text for text in texts_of(answer)), page
        assert seconds < LONGEST_SECONDS, page

    async def home() -> int:
        return (await admin.http.get("/")).status_code

    await eventually(home, lambda seen: seen == 200)
    slowest = max(seconds for _, _, seconds in answers)
    counted(record_property, faults=len(answers), slowest_page=slowest)
