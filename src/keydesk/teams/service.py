"""Reads the teams that a person is a member of or manages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from keydesk.auth.group_members import TeamAdmins
from keydesk.kit.messages import message
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
        """Return the user's teams as LiteLLM lists them, without object permissions."""
        return joined_by(user_id, await self.gateway.teams.list(user_id=user_id))

    def as_member(self, teams: Iterable[Team]) -> list[TeamView]:
        """Return the member view of complete teams, sorted by name."""
        return _by_name(teams, hide_budget=self.display.hide_team_budget_for_members)

    def as_manager(self, teams: Iterable[Team]) -> list[TeamView]:
        """Return the manager view of complete teams, sorted by name."""
        return _by_name(teams, hide_budget=self.display.hide_team_budget_for_managers)

    async def joined(self, user: User, team_id: str) -> Team:
        """Return the team if the user is a member. Raises the same NotFound for unknown teams and other teams."""
        team = await self.gateway.teams.get(team_id)
        if team is None or not is_member(team, user.user_id):
            raise _not_joined()
        return team

    async def existing(self, team_id: str) -> Team:
        """Return the team. Raises NotFound. The caller has checked that the person may know the team."""
        team = await self.gateway.teams.get(team_id)
        if team is None:
            raise _not_managed()
        return team

    async def owned(self, person: Person, team_id: str) -> Team:
        """Return the team if one of the person's groups owns it. Raises NotFound like `joined`."""
        groups = await self.admins.groups_of(person)
        team = await self.gateway.teams.get(team_id) if groups else None
        if team is None or not is_owned(team, groups):
            raise _not_managed()
        return team

    async def readable(self, person: Person, user: User, team_id: str) -> tuple[Team, bool]:
        """Return the team if the person is a member or manager, and whether its budget is hidden from the person.

        A person with both roles sees what either role can see. Raises NotFound like `joined`.
        """
        team = await self.gateway.teams.get(team_id)
        if team is None:
            raise _not_joined()
        joined = is_member(team, user.user_id)
        if joined and not self.display.hide_team_budget_for_members:
            return team, False
        manages = await self._manages(person, team, joined=joined)
        if not joined and not manages:
            raise _not_joined()
        return team, self._hides_budget(team, manages=manages)

    async def hides_budget(self, person: Person, team: Team) -> bool:
        """Return whether the budget of the team is hidden from the person, who counts as a member of it."""
        if not self.display.hide_team_budget_for_members:
            return False
        return self._hides_budget(team, manages=await self._manages(person, team, joined=True))

    def _hides_budget(self, team: Team, *, manages: bool) -> bool:
        hidden = not manages or self.display.hide_team_budget_for_managers
        return hidden and team.max_budget is not None

    async def shown_to_manager(self, team: Team) -> TeamView:
        """Return the manager view of the team, with object permissions."""
        complete = await self._complete(team)
        return team_view(complete, hide_budget=self.display.hide_team_budget_for_managers)

    async def _manages(self, person: Person, team: Team, *, joined: bool) -> bool:
        """Return whether the person manages the team. While the directory is unavailable, members do not."""
        try:
            return is_owned(team, await self.admins.groups_of(person))
        except DirectoryUnavailable:
            if joined:
                return False
            raise

    async def _complete(self, team: Team) -> Team:
        """Load the team again if its object permissions are None, as in LiteLLM's lists."""
        if team.object_permission is not None:
            return team
        return await self.gateway.teams.get(team.team_id) or team


def _not_joined() -> NotFound:
    return NotFound(
        message("You are not a member of a team with this id."),
        hint=message("Choose one of your teams."),
        param="team_id",
    )


def _not_managed() -> NotFound:
    return NotFound(
        message("You do not manage a team with this id."),
        hint=message("Choose one of the teams that you manage."),
        param="team_id",
    )


def joined_by(user_id: str, teams: Iterable[Team]) -> list[Team]:
    """Return the teams that the user is a member of."""
    return [team for team in teams if is_member(team, user_id)]


def owned_by(groups: Collection[str], teams: Iterable[Team]) -> list[Team]:
    """Return the teams that one of the groups owns."""
    return [team for team in teams if is_owned(team, groups)]


def _by_name(teams: Iterable[Team], *, hide_budget: bool) -> list[TeamView]:
    views = [team_view(team, hide_budget=hide_budget) for team in teams]
    return sorted(views, key=lambda view: (view.team_alias or "").casefold())
