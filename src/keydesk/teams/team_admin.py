"""Creates, updates and deletes teams on behalf of their managers.

LiteLLM replaces the metadata as a whole and allows duplicate team names. Therefore every change holds the lease of
its team, and a name is assigned under a lease of its own.
"""

import re
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.budgets.policy import check_budget
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, PolicyRefused, TooMany
from keydesk.litellm import LiteLLM, NewTeamMember, Team
from keydesk.models.service import Catalogue
from keydesk.settings import Gateway
from keydesk.storage.leases import Leases
from keydesk.teams.budgets import check_changed_budget, check_new_budget, requested_budget
from keydesk.teams.deleting import DeletingKeys
from keydesk.teams.limits import (
    check_block,
    check_models,
    is_provisioned,
    new_team,
    owning_group,
    stamps,
    team_changes,
)
from keydesk.teams.models import TeamDeletedView, TeamRequest, TeamUpdate, TeamView
from keydesk.teams.policy import OWNING_GROUP
from keydesk.teams.service import Teams, owned_by
from keydesk.teams.versions import changed_at

_AUDITED = {
    "team_alias",
    "models",
    "max_budget",
    "budget_duration",
    "tpm_limit",
    "rpm_limit",
    "blocked",
}
_PLAIN_TEXT = re.compile(r"[0-9A-Za-z .,:()-]+")


@dataclass(frozen=True, slots=True)
class ApprovedTeam:
    """A team to create. `by` approved what the `requester` wants; they are the same for a team admin.

    `members` are LiteLLM user ids. `also` are statements for the transaction that records the creation.
    """

    team_id: str
    request: TeamRequest
    group: str
    requester: Person
    by: Person
    members: Sequence[str] = ()
    also: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class TeamManagement:
    gateway: LiteLLM
    settings: Gateway
    teams: Teams
    catalogue: Catalogue
    ids: KeyIds
    leases: Leases
    audit: Audit
    clock: Clock
    removing_keys: Callable[[str], Any]
    """Returns the statement that removes the records of a deleted team's own keys."""
    deleting_keys: DeletingKeys

    async def create(self, person: Person, request: TeamRequest) -> TeamView:
        """Create a team that the person's group owns.

        Raises PolicyRefused or InvalidRequest if the request violates a rule, Conflicting if the alias is in use, and
        TooMany if the group has reached its maximum.
        """
        group = owning_group(request.owning_group, await self.teams.admins.groups_of(person))
        check_new_budget(request, self.settings.team_admin)
        await self._check_models(request.models)
        async with self.leases.hold(f"teams-of:{group}"), self._alias(request.team_alias):
            await self._check_team_count(group)
            # Keydesk chooses the id, so that the audit log has it even if LiteLLM's response is lost.
            created = await self._create(ApprovedTeam(str(uuid.uuid4()), request, group, person, person))
        return await self.teams.shown_to_manager(created)

    async def check_wanted(self, person: Person, request: TeamRequest) -> str:
        """Check a team that needs an approval. Return the group of the person that will own it.

        Raises PolicyRefused, InvalidRequest, and Conflicting if the alias is in use. The ceiling for budgets and the
        maximum number of teams do not apply to an approved team.
        """
        group = owning_group(request.owning_group, await self.teams.admins.groups_of(person))
        check_budget(requested_budget(request), self.settings.team_admin, "team")
        await self._check_models(request.models)
        async with self._alias(request.team_alias):
            return group

    async def create_approved(self, approved: ApprovedTeam) -> None:
        """Create a team that was approved, with the person who requested it as a member.

        The caller has used `check_wanted`. Raises Conflicting if the alias is in use.
        """
        async with self.leases.hold(f"teams-of:{approved.group}"), self._alias(approved.request.team_alias):
            await self._create(approved)

    async def update(self, person: Person, team_id: str, update: TeamUpdate) -> TeamView:
        """Update the fields that are set in `update`, under the same policy as for a new team.

        Raises PolicyRefused if an administrator blocked the team, and Conflicting if the team has changed since the
        caller read it or the alias is in use.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            check_block(team)
            self._check_unchanged(team, update)
            hidden = self.settings.display.hide_team_budget_for_managers
            check_changed_budget(update, team, self.settings.team_admin, self.clock(), hidden=hidden)
            if "models" in update.fields:
                await self._check_models(update.models)
            if "team_alias" not in update.fields or update.team_alias == team.team_alias:
                return await self._update(person, team, update)
            async with self._alias(update.team_alias, except_team=team_id):
                return await self._update(person, team, update)

    async def delete(self, person: Person, team_id: str, *, force: bool) -> TeamDeletedView:
        """Delete the team. LiteLLM deletes its keys as well.

        Raises PolicyRefused if deleting teams is turned off, and Conflicting if the configuration adds new accounts to
        the team, unless `force` is set.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            if not self.settings.team_admin.allow_team_delete:
                raise PolicyRefused(
                    message("Deleting teams is turned off."), hint=message("Block the team instead.")
                )
            if not force and is_provisioned(team_id, self.settings.provisioning):
                raise Conflicting(
                    message("The configuration adds new accounts to this team."),
                    hint=message(
                        "Remove the team from litellm.provisioning first, or set force=true to delete it anyway."
                    ),
                )
            found = await self.gateway.keys.list(team_id=team_id)
            keys = [*dict.fromkeys(self.ids.of(key.token_hash) for key in found)]
            change = Change(
                person.ref, Action.DELETED, AuditedTable.TEAM, team_id, before=audited(team) | {"keys": keys}
            )
            async with self.deleting_keys(found), self.audit.recording(change) as intent:
                await self.gateway.teams.delete(team_id)
                intent.also.append(self.removing_keys(team_id))
        return TeamDeletedView(deleted_keys=keys)

    async def _create(self, wanted: ApprovedTeam) -> Team:
        now, request = self.clock(), wanted.request
        unstamped = new_team(wanted.team_id, request, {}, now)
        after = unstamped.model_dump(mode="json", include=_AUDITED) | {OWNING_GROUP: wanted.group}
        change = Change(wanted.by.ref, Action.CREATED, AuditedTable.TEAM, wanted.team_id, after=after)
        async with self.audit.recording(change) as intent:
            stamped = stamps(wanted.requester, wanted.group, now, intent.id)
            team = new_team(wanted.team_id, request, stamped, now)
            members = tuple(NewTeamMember(user_id=each) for each in wanted.members)
            created = await self.gateway.teams.create(team.model_copy(update={"members_with_roles": members}))
            intent.also += wanted.also
        return created

    async def _update(self, person: Person, team: Team, update: TeamUpdate) -> TeamView:
        changes = team_changes(update, team, self.clock())
        after = changes.model_dump(mode="json", include=update.fields)
        before = {name: value for name, value in audited(team).items() if name in after}
        change = Change(person.ref, _action(update), AuditedTable.TEAM, team.team_id, before, after)
        async with self.audit.recording(change):
            changed = await self.gateway.teams.update(team.team_id, changes)
        return await self.teams.shown_to_manager(changed)

    async def _check_team_count(self, group: str) -> None:
        limit = self.settings.team_admin.max_teams_per_group
        if len(owned_by([group], await self.gateway.teams.list())) >= limit:
            remedy = message("Delete or reuse a team that is no longer needed.")
            raise TooMany(
                message("Your group has reached the maximum number of teams."), remedy=remedy, most=limit
            )

    async def _check_models(self, requested: list[str]) -> None:
        check_models(requested, self.settings.team_admin, await self.catalogue.models())

    def _check_unchanged(self, team: Team, update: TeamUpdate) -> None:
        if update.expected_at is not None and changed_at(team) > update.expected_at:
            raise Conflicting(
                message("The team has changed since you loaded it."),
                hint=message("Reload the team and make your change again."),
                param="expectedUpdatedAtIso",
            )

    @asynccontextmanager
    async def _alias(self, alias: str, except_team: str | None = None) -> AsyncIterator[None]:
        """Reserve `alias` for the team that the block creates or updates. Raises Conflicting if it is in use."""
        async with self.leases.hold(f"team-alias:{alias.casefold()}"):
            # LiteLLM searches for substrings. Wildcards and non-ASCII letters would match differently there.
            part = max(_PLAIN_TEXT.findall(alias), key=len, default="").strip()
            for team in await self.gateway.teams.list(alias_part=part or None):
                same = (team.team_alias or "").strip().casefold() == alias.casefold()
                if same and team.team_id != except_team:
                    raise Conflicting(
                        message("Another team already has this name."),
                        hint=message("Choose another name."),
                        param="team_alias",
                    )
            yield


def team_lease(team_id: str) -> str:
    """Return the name of the lease to hold while changing a team."""
    return f"team:{team_id}"


def audited(team: Team) -> dict[str, object]:
    """Return the settings of the team that the audit log records."""
    return team.model_dump(mode="json", include=_AUDITED)


def _action(update: TeamUpdate) -> Action:
    if update.fields != {"blocked"}:
        return Action.UPDATED
    return Action.BLOCKED if update.blocked else Action.UNBLOCKED
