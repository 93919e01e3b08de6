"""A Keydesk with every feature turned on, a caller for every operation, and objects for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from keydesk.app import API
from tests.api.matrix.callers import LEAKS, OTHER, OWNING, PEOPLE, REQUESTS, rules
from tests.api.matrix.conftest import MANAGING
from tests.api.matrix.requests import Objects, call_of, new_request, path_of
from tests.api.matrix.test_matrix import CALLERS, TABLE
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, Team, unique

PUBLIC = "anonymous"
GRANTED = (200, 202, 302)
OPERATIONS = sorted(operation for operation, row in TABLE.items() if {*row} & {*GRANTED})
"""Every operation that a caller of the matrix may call. GitHub's reports need its signature instead."""


def full_settings(upstream: Upstream, database_url: str, /, **changes: Any) -> Any:
    """Return the matrix's configuration: every feature, and its people."""
    sections: dict[str, Any] = {
        "litellm": rules(),
        "leaks": LEAKS,
        "requests": REQUESTS,
        "directory": {"people": [{"ref": name, "groups": groups} for name, groups in PEOPLE.items()]},
        "grants": {f"litellm.team.{name}": [OWNING, OTHER] for name in MANAGING}
        | {"litellm.key.reset_spend": [OWNING]},
    }
    return Surroundings(upstream, database_url).settings(**sections | changes)


def somebody_for(operation: str) -> str:
    """Return the first kind of caller that the matrix allows."""
    granted = dict(zip(CALLERS, TABLE[operation], strict=True))
    return next(caller for caller in (PUBLIC, *PEOPLE) if granted.get(caller) in GRANTED)


@dataclass(frozen=True)
class FullDesk:
    """`gateway` calls LiteLLM directly."""

    desk: Desk
    gateway: Gateway
    people: dict[str, Visitor] = field(repr=False)
    made: list[Objects] = field(default_factory=list, repr=False)

    async def objects(self, operation: str) -> Objects:
        """Create a key of the owner or a team of the admin, if the operation needs one."""
        if operation.startswith("GET /admin/keys"):
            await self.desk.app.state.services.all_keys.indexing.apply()
        if "{" not in operation and operation != "GET /limits/explain":
            return Objects("none", "none")
        issued = await self.people["owner"].issue(unique("laptop"))
        members = [Person(name, "") for name in ("member", "owner")]
        owned = {"metadata": {"owning_group": OWNING}, "models": ["gpt-4o"]}
        team = await Maker(self.gateway).team(*members, **owned)
        objects = Objects(issued["token"], team.team_id, await self._service_key(team, operation))
        if "{request_id}" in operation:
            objects = replace(objects, request_id=await new_request(self.people["owner"], issued["token"]))
        self.made.append(objects)
        return self.made[-1]

    async def _service_key(self, team: Team, operation: str) -> str:
        if "/service-keys/" not in operation:
            return "none"
        body = {"alias": unique("reports"), "max_budget": 5.0, "contacts": ["newcomer", "member"]}
        answer = await self.people["admin"].post(f"/teams/{team.team_id}/service-keys", **body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    async def discard_objects(self) -> None:
        """Delete the keys that `objects` made, and all teams and requests, because their number is limited."""
        for objects in self.made:
            deleted = await self.people["owner"].delete(f"/keys/{objects.key_id}")
            assert deleted.status_code in (200, 404), deleted.text
        self.made.clear()
        for person in self.people.values():
            for request in await person.read("/requests"):
                if request["state"] == "pending":
                    await person.post(f"/requests/{request['id']}/withdraw")
        teams = (await self.gateway.get("/team/list")).body
        if teams:
            await self.gateway.post("/team/delete", team_ids=[team["team_id"] for team in teams])

    async def ask(self, operation: str, objects: Objects, **sent: Any) -> httpx2.Response:
        """Send the matrix's request of the operation as an allowed caller."""
        caller = somebody_for(operation)
        method, path = path_of(operation, objects)
        if caller == PUBLIC:
            return await self.desk.http.request(method, f"{API}{path}", **call_of(operation, objects) | sent)
        return await self.people[caller].call(method, path, **call_of(operation, objects) | sent)


@asynccontextmanager
async def full_desk(settings: Any, gateway: Gateway) -> AsyncIterator[FullDesk]:
    """All except the newcomer have an account."""
    async with open_desk(settings) as desk:
        await desk.app.state.services.all_keys.indexing.apply()
        people = {}
        for name in PEOPLE.keys() - {"newcomer"}:
            people[name] = await desk.sign_in(name)
            await people[name].read("/user/info")
        yield FullDesk(desk, gateway, people)
