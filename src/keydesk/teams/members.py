"""Adds and removes team members on behalf of the team's managers.

A person without an account gets one first. Otherwise, LiteLLM would create an account without the configured settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.accounts.policy import litellm_user_id
from keydesk.accounts.service import Accounts
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import AccountNotFound, Conflicting, NotAnAccount, NotFound
from keydesk.litellm import Conflict, LiteLLM, Team, User
from keydesk.settings import Gateway
from keydesk.storage.leases import Leases
from keydesk.teams.budgets import check_member_budget
from keydesk.teams.deleting import DeletingKeys
from keydesk.teams.models import MemberRemovedView, MemberRequest, TeamView
from keydesk.teams.policy import is_member
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import team_lease


@dataclass(frozen=True, slots=True)
class TeamMembers:
    gateway: LiteLLM
    settings: Gateway
    teams: Teams
    accounts: Accounts
    ids: KeyIds
    leases: Leases
    audit: Audit
    deleting_keys: DeletingKeys

    async def add(self, person: Person, team_id: str, request: MemberRequest) -> TeamView:
        """Add the person to the team, or update the budget of a member. Returns the team.

        Raises NotFound if the person is not in the directory or cannot have an account, and PolicyRefused if the
        budget is above the ceiling.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            check_member_budget(request.max_budget_in_team, team, self.settings.team_admin)
            user = await self._account(Person(request.user_ref))
            if not is_member(team, user.user_id):
                await self._add(person, team, user, request)
            elif request.max_budget_in_team is not None:
                await self._set_budget(person, team, user, request.max_budget_in_team)
            else:
                return await self.teams.shown_to_manager(team)
            return await self._reloaded(team)

    async def add_approved(
        self, by: Person, team_id: str, request: MemberRequest, also: Sequence[Any]
    ) -> None:
        """Add a person whose request to join the team was approved. The caller has checked that `by` may approve it.

        `also` are statements for the transaction that records the change. Raises NotFound if the team is gone,
        Conflicting for a member, and the errors of `add`.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.existing(team_id)
            check_member_budget(request.max_budget_in_team, team, self.settings.team_admin)
            user = await self._account(Person(request.user_ref))
            if is_member(team, user.user_id):
                raise Conflicting(
                    message("This person is a member of the team already."),
                    hint=message("Decline the request."),
                )
            await self._add(by, team, user, request, also)

    async def remove(self, person: Person, team_id: str, member: str) -> MemberRemovedView:
        """Remove `member`, an entity reference or a LiteLLM user id, from the team. Raises NotFound for non-members.

        LiteLLM also deletes the member's keys in this team. Members who left the directory can be removed as well.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            user_id = self._member_id(team, member)
            listed = await self.gateway.keys.list(user_id=user_id, team_id=team_id)
            found = [key for key in listed if key.user_id == user_id]
            keys = [*dict.fromkeys(self.ids.of(key.token_hash) for key in found)]
            before = {"team_id": team_id, "user_id": user_id, "keys": keys}
            change = _change(person, Action.DELETED, team, before=before)
            async with self.deleting_keys(found), self.audit.recording(change):
                await self.gateway.teams.remove_member(team_id, user_id)
            view = await self._reloaded(team)
        return MemberRemovedView(**view.model_dump(), deleted_keys=keys)

    async def _account(self, person: Person) -> User:
        try:
            if await self.accounts.directory.find(person) is not None:
                return await self.accounts.of(person)
        except (NotAnAccount, AccountNotFound):
            raise NotFound(
                message("This user cannot have an account."),
                hint=message("Choose another user."),
                param="userEntityRef",
            ) from None
        raise NotFound(
            message("The directory has no user with this name."),
            hint=message("Check the spelling of the name."),
            param="userEntityRef",
        )

    async def _add(
        self, person: Person, team: Team, user: User, request: MemberRequest, also: Sequence[Any] = ()
    ) -> None:
        after = _membership(team, user, request.max_budget_in_team) | {"role": request.role}
        async with self.audit.recording(_change(person, Action.CREATED, team, after=after)) as intent:
            intent.also += also
            try:
                await self.gateway.teams.add_member(
                    team.team_id, user.user_id, request.role, request.max_budget_in_team
                )
            except Conflict:
                # Someone added the member in LiteLLM at the same time, without this budget.
                if request.max_budget_in_team is not None:
                    await self.gateway.teams.update_member(
                        team.team_id, user.user_id, max_budget_in_team=request.max_budget_in_team
                    )

    async def _set_budget(self, person: Person, team: Team, user: User, budget: float) -> None:
        after = _membership(team, user, budget)
        async with self.audit.recording(_change(person, Action.UPDATED, team, after=after)):
            await self.gateway.teams.update_member(team.team_id, user.user_id, max_budget_in_team=budget)

    async def _reloaded(self, team: Team) -> TeamView:
        return await self.teams.shown_to_manager(await self.gateway.teams.get(team.team_id) or team)

    def _member_id(self, team: Team, member: str) -> str:
        for user_id in (member, self._user_id(member)):
            if user_id is not None and is_member(team, user_id):
                return user_id
        raise NotFound(
            message("This user is not a member of the team."),
            hint=message("Check the team's list of members."),
            param="userEntityRef",
        )

    def _user_id(self, ref: str) -> str | None:
        try:
            return litellm_user_id(Person(full_user_ref(ref)), self.settings.user_id_domain)
        except (ValueError, NotAnAccount):
            return None


def _membership(team: Team, user: User, max_budget_in_team: float | None) -> dict[str, Any]:
    return {"team_id": team.team_id, "user_id": user.user_id, "max_budget_in_team": max_budget_in_team}


def _change(
    person: Person,
    action: Action,
    team: Team,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Change:
    return Change(person.ref, action, AuditedTable.MEMBERSHIP, team.team_id, before or {}, after or {})
