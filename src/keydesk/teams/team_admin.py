"""Creates, changes and deletes teams for those who manage them. Members and what a team may reach are elsewhere.

LiteLLM replaces metadata as a whole and does not mind two teams of one name, so every change holds the lease
of its team, and every name is given under a lease of its own.
"""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, PolicyRefused, TooMany
from keydesk.litellm import LiteLLM, Team
from keydesk.models.service import Catalogue
from keydesk.settings import Gateway
from keydesk.storage.leases import Leases
from keydesk.teams.budgets import check_changed_budget, check_new_budget
from keydesk.teams.limits import (
    assignable_models,
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
_SURE_TO_MATCH = re.compile(r"[0-9A-Za-z .,:()-]+")


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

    async def assignable_models(self) -> list[str]:
        """The models and access groups that a team may be given, by name."""
        return sorted(assignable_models(self.settings.team_admin, await self.catalogue.models()))

    async def create(self, person: Person, request: TeamRequest) -> TeamView:
        """A new team of the person's group.

        Raises PolicyRefused or InvalidRequest where the rules say no, Conflicting for an alias in use, TooMany
        where the group may own no further team.
        """
        group = owning_group(request.owning_group, await self.teams.admins.groups_of(person))
        check_new_budget(request, self.settings.team_admin)
        await self._check_models(request.models)
        async with self.leases.hold(f"teams-of:{group}"), self._alias(request.team_alias):
            await self._check_room(group)
            return await self._create(person, request, group)

    async def update(self, person: Person, team_id: str, update: TeamUpdate) -> TeamView:
        """Change what `update` says, under the same policy as a new team.

        Raises PolicyRefused for a team that an administrator blocked, Conflicting when the team is not as the
        caller saw it last, or for an alias in use.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            check_block(team)
            self._check_unchanged(team, update)
            hidden = self.settings.display.hide_team_budget_for_managers
            check_changed_budget(update, team, self.settings.team_admin, self.clock(), hidden=hidden)
            if "models" in update.said:
                await self._check_models(update.models)
            if "team_alias" not in update.said or update.team_alias == team.team_alias:
                return await self._update(person, team, update)
            async with self._alias(update.team_alias, but_for=team_id):
                return await self._update(person, team, update)

    async def delete(self, person: Person, team_id: str, *, force: bool) -> TeamDeletedView:
        """Delete the team and, as LiteLLM does, its keys.

        Raises PolicyRefused where teams are only ever blocked, Conflicting for a team that new accounts join,
        unless `force` says that this is known.
        """
        async with self.leases.hold(team_lease(team_id)):
            team = await self.teams.owned(person, team_id)
            if not self.settings.team_admin.allow_team_delete:
                raise PolicyRefused("Deleting teams is turned off.", hint="Block the team instead.")
            if not force and is_provisioned(team_id, self.settings.provisioning):
                raise Conflicting(
                    "The configuration adds new accounts to this team.",
                    hint="Remove the team from litellm.provisioning first, or set force=true to delete it anyway.",
                )
            keys = [self.ids.of(key.token_hash) for key in await self.gateway.keys.list(team_id=team_id)]
            change = Change(
                person.ref, Action.DELETED, AuditedTable.TEAM, team_id, before=audited(team) | {"keys": keys}
            )
            async with self.audit.recording(change):
                await self.gateway.teams.delete(team_id)
        return TeamDeletedView(deleted_keys=keys)

    async def _create(self, person: Person, request: TeamRequest, group: str) -> TeamView:
        # The id is ours, so that the record names the team even if LiteLLM's answer is lost.
        team_id = str(uuid.uuid4())
        now = self.clock()
        wanted = new_team(team_id, request, {}, now)
        after = wanted.model_dump(mode="json", include=_AUDITED) | {OWNING_GROUP: group}
        change = Change(person.ref, Action.CREATED, AuditedTable.TEAM, team_id, after=after)
        async with self.audit.recording(change) as intent:
            wanted = new_team(team_id, request, stamps(person, group, now, intent.id), now)
            created = await self.gateway.teams.create(wanted)
        return await self.teams.shown_to_manager(created)

    async def _update(self, person: Person, team: Team, update: TeamUpdate) -> TeamView:
        changes = team_changes(update, team, self.clock())
        after = changes.model_dump(mode="json", include=update.said)
        before = {name: value for name, value in audited(team).items() if name in after}
        change = Change(person.ref, _action(update), AuditedTable.TEAM, team.team_id, before, after)
        async with self.audit.recording(change):
            changed = await self.gateway.teams.update(team.team_id, changes)
        return await self.teams.shown_to_manager(changed)

    async def _check_room(self, group: str) -> None:
        most = self.settings.team_admin.max_teams_per_group
        if len(owned_by([group], await self.gateway.teams.list())) >= most:
            remedy = "Delete or reuse a team that is no longer needed."
            raise TooMany("Your group has reached the maximum number of teams.", remedy=remedy, most=most)

    async def _check_models(self, requested: list[str]) -> None:
        check_models(requested, self.settings.team_admin, await self.catalogue.models())

    def _check_unchanged(self, team: Team, update: TeamUpdate) -> None:
        if update.expected_at is not None and changed_at(team) > update.expected_at:
            raise Conflicting(
                "The team has changed since you loaded it.",
                hint="Reload the team and make your change again.",
                param="expectedUpdatedAtIso",
            )

    @asynccontextmanager
    async def _alias(self, alias: str, but_for: str | None = None) -> AsyncIterator[None]:
        """Give the name `alias` to the team made in the block. Raises Conflicting when another has it."""
        async with self.leases.hold(f"team-alias:{alias.casefold()}"):
            # LiteLLM looks for parts of names, its wildcards and the cases of foreign letters being its own.
            part = max(_SURE_TO_MATCH.findall(alias), key=len, default="").strip()
            for team in await self.gateway.teams.list(alias_part=part or None):
                same = (team.team_alias or "").strip().casefold() == alias.casefold()
                if same and team.team_id != but_for:
                    raise Conflicting(
                        "Another team already has this name.", hint="Choose another name.", param="team_alias"
                    )
            yield


def team_lease(team_id: str) -> str:
    """The name of the lease under which a team is changed."""
    return f"team:{team_id}"


def audited(team: Team) -> dict[str, object]:
    """The settings of the team as the audit log keeps them."""
    return team.model_dump(mode="json", include=_AUDITED)


def _action(update: TeamUpdate) -> Action:
    if update.said != {"blocked"}:
        return Action.UPDATED
    return Action.BLOCKED if update.blocked else Action.UNBLOCKED
