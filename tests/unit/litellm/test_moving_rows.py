"""Rows that move between pages while they are read count once, wherever LiteLLM inserts a new row.

LiteLLM since 1.92 orders the rows of a day by a random id. The sandbox orders them by their row id.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from keydesk.litellm import Activity, LiteLLM, LiteLLMConfig
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.rows import Database
from tests.unit.litellm.gateway import MASTER_KEY

pytestmark = pytest.mark.anyio

TODAY = "2026-11-23"
PAGE_SIZE = 2
GAP = 10
"""The distance between two row ids."""


@dataclass
class BusySandbox(httpx2.AsyncBaseTransport):
    """A sandbox in which every row gets one more request after some calls, and a new row may arrive."""

    app: Starlette
    after: int = 0
    row_id: int | None = None
    pages: list[int] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await httpx2.ASGITransport(self.app).handle_async_request(request)
        if request.url.path == "/team/daily/activity":
            self.pages.append(int(request.url.params["page"]))
            if len(self.pages) == self.after:
                await self.app.state.store.write(self._arrive)
        return response

    async def begin(self, rows: int, after: int, row_id: int | None) -> None:
        self.pages, self.after, self.row_id = [], after, row_id
        await self.app.state.store.write(lambda database: _begin(database, rows))

    async def read(self) -> Activity:
        config = LiteLLMConfig(
            base_url="http://sandbox", master_key=SecretStr(MASTER_KEY), activity_page_size=PAGE_SIZE
        )
        day = date.fromisoformat(TODAY)
        return await LiteLLM(config, self).activity.of_team("red", day, day)

    def _arrive(self, database: Database) -> None:
        database.execute("UPDATE daily_activity SET successful_requests = successful_requests + 1")
        if self.row_id is not None:
            _add(database, self.row_id, "new")


def _begin(database: Database, rows: int) -> None:
    database.execute("DELETE FROM daily_activity")
    for number in range(1, rows + 1):
        _add(database, GAP * number, f"key-{number}")


def _add(database: Database, row_id: int, key: str) -> None:
    names = "rowid, date, user_id, team_id, api_key, model, model_group, provider, endpoint"
    zeros = "spend, prompt_tokens, completion_tokens, failed_requests, response_ms, timed_requests"
    database.execute(
        f"INSERT INTO daily_activity ({names}, {zeros}, successful_requests) "  # noqa: S608 - our own names
        "VALUES (?, ?, 'jane', 'red', ?, 'gpt-4o', 'gpt-4o', 'openai', '', 0, 0, 0, 0, 0, 0, 1)",
        [row_id, TODAY, key],
    )


@pytest.fixture
async def busy() -> AsyncIterator[BusySandbox]:
    app = create_sandbox(SandboxConfig(master_key=SecretStr(MASTER_KEY)))
    async with app.router.lifespan_context(app):
        yield BusySandbox(app)


async def test_a_row_that_moves_from_page_two_to_page_three_is_noticed(busy: BusySandbox) -> None:
    """The pages are read in the order 1, 4, 2, 3. The row arrives on page 2 before page 3 is read."""
    await busy.begin(rows=7, after=3, row_id=3 * GAP + 1)
    activity = await busy.read()
    assert busy.pages == [1, 4, 2, 3, 4, 1, 4, 2, 3, 4, 1]
    assert (activity.complete, activity.total.api_requests) == (True, 7 * 2 + 1)


async def test_more_calls_with_known_keys_move_nothing(busy: BusySandbox) -> None:
    await busy.begin(rows=7, after=3, row_id=None)
    activity = await busy.read()
    assert busy.pages == [1, 4, 2, 3, 4, 1]
    assert (activity.complete, activity.total.api_requests) == (True, 7 + 2)


@pytest.mark.parametrize("rows", [4, 5, 6])
async def test_a_new_row_anywhere_and_at_any_time_lets_no_row_count_twice(
    busy: BusySandbox, rows: int
) -> None:
    for after in range(1, 6):
        for position in range(rows + 1):
            await busy.begin(rows, after, position * GAP + 1)
            activity = await busy.read()
            requests = {name: key.metrics.api_requests for name, key in activity.days[0].keys.items()}
            assert activity.complete
            assert set(requests) - {"new"} == {f"key-{number}" for number in range(1, rows + 1)}
            assert max(requests.values()) <= 2
            assert requests.get("new", 1) == 1
