"""A Keydesk with requests: Jane makes one, and Olga decides."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import PLATFORM_TEAM, Scene


@dataclass(frozen=True)
class RequestDesk:
    desk: Desk
    clock: Later
    jane: Visitor
    olga: Visitor
    database: Path = field(repr=False)

    async def asked(self, **fields: Any) -> dict[str, Any]:
        """Make a request for 60 dollars for a day. It must be accepted."""
        until = (self.clock() + timedelta(days=1)).isoformat()
        body = {"kind": "account_budget", "max_budget": 60.0, "reason": "A project", "until": until} | fields
        answer = await self.jane.post("/requests", **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def approve(self, request: dict[str, Any]) -> httpx2.Response:
        return await self.olga.post(f"/requests/{request['id']}/approve")

    async def settle_tomorrow(self) -> None:
        """Run the job after the end of all grants."""
        self.clock.by = timedelta(days=1)
        await self.desk.app.state.services.settle_requests.apply()

    async def budget(self) -> float:
        user = await self.desk.app.state.services.accounts.gateway.users.get(self.jane.user_id)
        budget: float = user.max_budget
        return budget


@pytest.fixture
async def office(surroundings: Surroundings, scene: Scene, tmp_path: Path) -> AsyncIterator[RequestDesk]:
    clock, database = Later(), tmp_path / "keydesk.db"
    settings = surroundings.settings(
        requests={
            "enabled": True,
            "approver_groups": [PLATFORM_TEAM],
            "remind_after": "3d",
            "warn_before_expiry": "2d",
        },
        notices={"slack": {"url": "http://127.0.0.1:9/hook"}},
        database={"url": f"sqlite:///{database}"},
        directory={"people": scene.directory()},
    )
    async with open_desk(settings, clock) as desk:
        jane, olga = [await desk.sign_in(scene.user_id(name)) for name in ("jane", "olga")]
        await jane.read("/user/info")
        yield RequestDesk(desk, clock, jane, olga, database)
