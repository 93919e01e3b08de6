"""A Keydesk with requests, and its people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, token_of

APPROVERS = "group:default/approvers"
REQUESTS = {"enabled": True, "approver_groups": [APPROVERS]}
CHANGED_WITH_EVERY_UPDATE = {"updated_at", "updated_by", "settings_updated_at"}


def directory(scene: Scene, *approvers: str, **emails: str) -> dict[str, Any]:
    """Return the people of a test. `emails` gives a person the address of another one."""
    people = scene.directory()
    for entry in people:
        entry["groups"] = [APPROVERS] if entry["ref"] in map(scene.ref, approvers) else []
        for name, other in emails.items():
            if entry["ref"] == scene.ref(name):
                entry["email"] = scene.email(other)
    return {"people": people}


@dataclass
class Office:
    """Opens Keydesks with requests, and signs people in."""

    surroundings: Surroundings
    scene: Scene
    make: Maker
    gateway: Gateway
    clock: Later = field(default_factory=Later)

    def open(self, *approvers: str, emails: dict[str, str] | None = None, **changes: Any) -> Any:
        people = directory(self.scene, *(approvers or ("olga", "carol")), **(emails or {}))
        settings = {"requests": REQUESTS, "directory": people} | changes
        return open_desk(self.surroundings.settings(**settings), self.clock)

    async def person(self, desk: Desk, name: str) -> Visitor:
        """Sign in as a person with an account."""
        self.make.user_ids.append(self.scene.user_id(name))
        visitor = await self.visitor(desk, name)
        await visitor.read("/user/info")
        return visitor

    async def visitor(self, desk: Desk, name: str) -> Visitor:
        """Sign in a person who may have no account. LiteLLM allows one for each email address."""
        return await desk.sign_in(self.scene.user_id(name))

    async def key_row(self, issued: dict[str, Any]) -> dict[str, Any]:
        info = (await self.gateway.get("/key/info", key=token_of(issued["key"]))).body["info"]
        return {name: value for name, value in info.items() if name not in CHANGED_WITH_EVERY_UPDATE}

    async def user_row(self, visitor: Visitor) -> dict[str, Any]:
        info = (await self.gateway.get("/user/info", user_id=visitor.user_id)).body["user_info"]
        return {name: value for name, value in info.items() if name not in CHANGED_WITH_EVERY_UPDATE}

    async def settle(self, desk: Desk) -> None:
        await desk.app.state.services.settle_requests.apply()


@pytest.fixture
def office(surroundings: Surroundings, scene: Scene, make: Maker, gateway: Gateway) -> Office:
    return Office(surroundings, scene, make, gateway)


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with office.open() as desk:
        yield desk


@pytest.fixture
async def jane(office: Office, desk: Desk) -> Visitor:
    return await office.person(desk, "jane")


@pytest.fixture
async def olga(office: Office, desk: Desk) -> Visitor:
    return await office.person(desk, "olga")


def tomorrow(office: Office, **more: float) -> str:
    return (office.clock() + timedelta(**(more or {"days": 1}))).isoformat()


async def asked(visitor: Visitor, **fields: Any) -> dict[str, Any]:
    """Make a request, for 60 dollars for the account by default. It must be accepted."""
    body = {"kind": "account_budget", "max_budget": 60.0, "reason": "A project"} | fields
    answer = await visitor.post("/requests", **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def approve(visitor: Visitor, request: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await visitor.post(f"/requests/{request['id']}/approve", **fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def budget(visitor: Visitor) -> float:
    found: float = (await visitor.read("/user/info"))["max_budget"]
    return found


def ref_of(visitor: Visitor) -> str:
    return f"user:default/{visitor.user_id}"
