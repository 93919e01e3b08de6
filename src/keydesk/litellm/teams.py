"""Calls for teams and their members. The caller must check who may manage a team."""

from collections.abc import Iterable

from pydantic import JsonValue

from keydesk.litellm.call import Answer, named
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import NotFound
from keydesk.litellm.paging import PagedList
from keydesk.litellm.shapes.team import NewTeam, Team, TeamChanges, TeamMembership, TeamRole

_PAGE_SIZE = 100


class Teams:
    """Teams, available as `gateway.teams`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._has_v2_list = True
        self._listed = PagedList("/v2/team/list", Team, "teams", "team_id", caller.config.max_pages)

    async def get(self, team_id: str) -> Team | None:
        """Return the team with its object permission, or None if it does not exist. `/team/info`."""
        answer = await self._info(team_id)
        return answer.read_part(Team, answer.member("team_info")) if answer else None

    async def get_with_member(self, team_id: str, user_id: str) -> tuple[Team, TeamMembership | None] | None:
        """Return the team and what a user has in it, or None if the team does not exist. `/team/info`, one call.

        A member without a budget has the team's budget for members (`team_member_budget_table`), if there is one.
        """
        answer = await self._info(team_id)
        if answer is None:
            return None
        info = answer.member("team_info")
        found = _memberships(answer)
        member = next((each for each in found if each.user_id == user_id), None)
        usual = answer.read_part(TeamMembership, info.get("team_member_budget_table") or {})
        if member is not None and member.max_budget is None and usual.max_budget is not None:
            member = member.model_copy(update={"max_budget": usual.max_budget})
        return answer.read_part(Team, info), member

    async def _info(self, team_id: str) -> Answer | None:
        try:
            return await self._caller.get("/team/info", **named(team_id=team_id))
        except NotFound as missing:
            if missing.route_missing:
                raise
            return None

    async def memberships(self, team_id: str) -> list[TeamMembership]:
        """Return the budgets of all members, or nothing for an unknown team. `/team/info`, which also has all keys."""
        answer = await self._info(team_id)
        return list(_memberships(answer)) if answer else []

    async def create(self, team: NewTeam) -> Team:
        """Create a team. `/team/new`. Raises Conflict (`team_id`); aliases need not be unique.

        LiteLLM adds the master key's own user (`default_user_id`) as an admin.
        """
        return (await self._caller.post("/team/new", team.new_body())).read(Team)

    async def update(self, team_id: str, changes: TeamChanges) -> Team:
        """Change a team and return it. `/team/update`. Raises NotFound."""
        body = {**changes.changed_body(), **named(team_id=team_id)}
        answer = await self._caller.post("/team/update", body)
        return answer.read_part(Team, answer.member("data"))

    async def delete(self, team_id: str) -> None:
        """Delete a team and its keys. `/team/delete`. Raises NotFound."""
        await self._caller.post("/team/delete", {"team_ids": list(named(team_id=team_id).values())})

    async def add_member(
        self, team_id: str, user_id: str, role: TeamRole = "user", max_budget_in_team: float | None = None
    ) -> Team:
        """Add a user and return the team. `/team/member_add`. Raises NotFound, Conflict, EnterpriseOnly.

        LiteLLM creates the user if it does not exist. The role `admin` requires a license. The budget is in US
        dollars.
        """
        member: dict[str, JsonValue] = {"role": role, **named(user_id=user_id)}
        body: dict[str, JsonValue] = {**named(team_id=team_id), "member": member}
        if max_budget_in_team is not None:
            body["max_budget_in_team"] = max_budget_in_team
        return (await self._caller.post("/team/member_add", body)).read(Team)

    async def remove_member(self, team_id: str, user_id: str) -> Team:
        """Remove a user and return the team. `/team/member_delete`. Raises NotFound for an unknown team or member."""
        body = named(team_id=team_id, user_id=user_id)
        return (await self._caller.post("/team/member_delete", body)).read(Team)

    async def update_member(
        self,
        team_id: str,
        user_id: str,
        role: TeamRole | None = None,
        max_budget_in_team: float | None = None,
    ) -> None:
        """Set a member's budget in the team, in US dollars (None: no limit), and optionally the role.

        `/team/member_update`. For a user who is not a member, LiteLLM responds 200 and stores the budget, so check
        the membership first.
        """
        ids = named(team_id=team_id, user_id=user_id)
        body: dict[str, JsonValue] = {**ids, "max_budget_in_team": max_budget_in_team}
        if role is not None:
            body["role"] = role
        await self._caller.post("/team/member_update", body)

    async def list(self, user_id: str | None = None, alias_part: str | None = None) -> list[Team]:
        """Return a user's teams, or all teams. `/v2/team/list`, all pages; `/team/list` in releases without that route.

        `alias_part` filters by alias, case-insensitively; LiteLLM reads `%` and `_` in it as wildcards, and
        `/team/list` ignores it. An unknown user has no teams. `object_permission` is None for a team that has one:
        `get` returns it.
        """
        if self._has_v2_list:
            try:
                return await self._listed.read(lambda page: self._page(page, user_id, alias_part))
            except NotFound as missing:
                if not missing.route_missing:
                    return []
                self._has_v2_list = False
        answer = await self._caller.get("/team/list", user_id=user_id)
        return [*answer.read_each(Team, answer.json())]

    async def _page(self, page: int, user_id: str | None, alias_part: str | None) -> Answer:
        filters = {"user_id": user_id, "team_alias": alias_part}
        return await self._caller.get("/v2/team/list", page=page, page_size=_PAGE_SIZE, **filters)


def _memberships(answer: Answer) -> Iterable[TeamMembership]:
    return answer.read_each(TeamMembership, answer.members().get("team_memberships") or [])
