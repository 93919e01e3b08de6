"""A Keydesk with team management: its managers, and its limits."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from keydesk.kit.permission import Permission
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.upstream.making import Maker, unique

DATA_TEAM = "group:default/data-team"
"""Carol's group, which manages teams of its own."""
INTERNS = "group:default/interns"
"""Bob's group, which is one of the team-admin groups but has no permission."""
MANAGERS = {"olga": [PLATFORM_TEAM], "carol": [DATA_TEAM], "bob": [INTERNS]}
RULES: dict[str, Any] = {
    "group": [PLATFORM_TEAM, DATA_TEAM, INTERNS],
    "allowed_models": ["gpt-4o"],
    "allowed_model_access_groups": ["basic"],
    "max_budget_ceiling": 500.0,
    # On a shared gateway the teams of all runs belong to the same groups.
    "max_teams_per_group": 100_000,
}
GRANTS = {
    str(permission): [PLATFORM_TEAM, DATA_TEAM]
    for permission in Permission
    if permission.startswith("litellm.team.")
}


def people(scene: Scene, **groups: list[str]) -> list[dict[str, Any]]:
    """Return the people of a test, in the groups of `MANAGERS` unless `groups` is given."""
    in_groups = {scene.ref(name): their for name, their in (MANAGERS | groups).items()}
    return [entry | {"groups": in_groups.get(entry["ref"], [])} for entry in scene.directory()]


@dataclass(frozen=True)
class TeamOffice:
    """Opens Keydesks with team management, and deletes the created teams afterwards."""

    desk_with: OpenDesk = field(repr=False)
    scene: Scene
    sign_in: SignIn = field(repr=False)
    make: Maker = field(repr=False)

    def open(
        self,
        *,
        rules: dict[str, Any] | None = None,
        groups: dict[str, list[str]] | None = None,
        **litellm: Any,
    ) -> AbstractAsyncContextManager[Desk]:
        """Open a Keydesk whose team rules are `RULES` and `rules`; `litellm` is the rest of that section."""
        return self.desk_with(
            litellm={"team_admin": RULES | (rules or {})} | litellm,
            grants=GRANTS,
            directory={"people": people(self.scene, **(groups or {}))},
        )

    async def person(self, desk: Desk, name: str) -> Visitor:
        return desk.welcome(await self.sign_in(name))

    async def create(self, manager: Visitor, **fields: Any) -> dict[str, Any]:
        """Create a team. It must be granted."""
        answer = await self.try_to_create(manager, **fields)
        assert answer.status_code == 200, answer.text
        team: dict[str, Any] = answer.json()
        return team

    async def try_to_create(self, manager: Visitor, **fields: Any) -> httpx2.Response:
        wanted = {"team_alias": unique("Search"), "models": ["gpt-4o"], "max_budget": 100.0} | fields
        answer = await manager.post("/teams", **wanted)
        if answer.status_code == 200:
            self.make.team_ids.append(answer.json()["team_id"])
        return answer


async def managed(manager: Visitor, *teams: dict[str, Any]) -> list[dict[str, Any]]:
    """Return which of the teams the person manages.

    On a shared gateway, teams of other tests belong to the same group.
    """
    ids = {team["team_id"] for team in teams}
    return [team for team in await manager.read("/teams/managed") if team["team_id"] in ids]
