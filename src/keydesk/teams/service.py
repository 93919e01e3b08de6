"""The teams a person belongs to, and those they manage."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from keydesk.auth.group_members import TeamAdmins
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotFound
from keydesk.litellm import LiteLLM, Team, User
from keydesk.settings import Display
from keydesk.teams.models import TeamView
from keydesk.teams.policy import is_member, is_owned, team_view


@dataclass(frozen=True, slots=True)
class Teams:
    gateway: LiteLLM
    display: Display
    admins: TeamAdmins

    async def listed_of(self, user_id: str) -> list[Team]:
        """The user's teams as LiteLLM lists them, without what they may reach."""
        return joined_by(user_id, await self.gateway.teams.list(user_id=user_id))

    def as_member(self, teams: Iterable[Team]) -> list[TeamView]:
        """Whole teams as members are shown them, by name."""
        return _by_name(teams, hide_budget=self.display.hide_team_budget_for_members)

    def as_manager(self, teams: Iterable[Team]) -> list[TeamView]:
        """Whole teams as those who manage them are shown them, by name."""
        return _by_name(teams, hide_budget=self.display.hide_team_budget_for_managers)

    async def joined(self, user: User, team_id: str) -> Team:
        """The team, if the user is a member. Raises NotFound, the same for unknown teams and those of others."""
        team = await self.gateway.teams.get(team_id)
        if team is None or not is_member(team, user.user_id):
            raise _not_joined()
        return team

    async def owned(self, person: Person, team_id: str) -> Team:
        """The team, if one of the person's groups owns it. Raises NotFound, as `joined` does."""
        groups = await self.admins.groups_of(person)
        team = await self.gateway.teams.get(team_id) if groups else None
        if team is None or not is_owned(team, groups):
            raise NotFound(
                "You do not manage a team with this id.",
                hint="Choose one of the teams that you manage.",
                param="team_id",
            )
        return team

    async def readable(self, person: Person, user: User, team_id: str) -> tuple[Team, bool]:
        """The team, for its members and managers, and whether its budget is hidden from this person.

        Who is both is shown what either may see. Raises NotFound, as `joined` does.
        """
        team = await self.gateway.teams.get(team_id)
        if team is None:
            raise _not_joined()
        joined = is_member(team, user.user_id)
        if joined and not self.display.hide_team_budget_for_members:
            return team, False
        manages = await self._manages(person, team, or_else_joined=joined)
        if not joined and not manages:
            raise _not_joined()
        hidden = not manages or self.display.hide_team_budget_for_managers
        return team, hidden and team.max_budget is not None

    async def shown_to_manager(self, team: Team) -> TeamView:
        """The whole team as those who manage it are shown it."""
        whole = await self._whole(team)
        return team_view(whole, hide_budget=self.display.hide_team_budget_for_managers)

    async def _manages(self, person: Person, team: Team, *, or_else_joined: bool) -> bool:
        """Members go on as members while the directory cannot say what else they are."""
        try:
            return is_owned(team, await self.admins.groups_of(person))
        except DirectoryUnavailable:
            if or_else_joined:
                return False
            raise

    async def _whole(self, team: Team) -> Team:
        """LiteLLM's lists do not tell the vector stores and MCP servers of teams that have any (None)."""
        if team.object_permission is not None:
            return team
        return await self.gateway.teams.get(team.team_id) or team


def _not_joined() -> NotFound:
    return NotFound(
        "You are not a member of a team with this id.", hint="Choose one of your teams.", param="team_id"
    )


def joined_by(user_id: str, teams: Iterable[Team]) -> list[Team]:
    """Those of the teams that the user is in."""
    return [team for team in teams if is_member(team, user_id)]


def owned_by(groups: Collection[str], teams: Iterable[Team]) -> list[Team]:
    """Those of the teams that belong to one of the groups."""
    return [team for team in teams if is_owned(team, groups)]


def _by_name(teams: Iterable[Team], *, hide_budget: bool) -> list[TeamView]:
    views = [team_view(team, hide_budget=hide_budget) for team in teams]
    return sorted(views, key=lambda view: (view.team_alias or "").casefold())
