"""What the configuration lets team admins choose for a team, and the team to ask LiteLLM for. Pure.

Closed by default: what is not listed cannot be given to a team.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from keydesk.budgets.policy import Budget
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.kit.quoting import some_of
from keydesk.litellm import NewTeam, Team, TeamChanges
from keydesk.models.models import ModelView
from keydesk.models.policy import Openings, Reach, check_known, out_of_reach
from keydesk.settings import Provisioning, TeamAdmin
from keydesk.teams.budgets import asked_budget
from keydesk.teams.models import TeamRequest, TeamUpdate
from keydesk.teams.policy import INTENT_MEMBER, OWNING_GROUP
from keydesk.teams.versions import is_as_left, stamped, stamped_if_lowered


def check_models(requested: Sequence[str], rules: TeamAdmin, catalogue: Sequence[ModelView]) -> None:
    """Check that a team may be given each entry: a model within reach, or an access group allowed as a whole.

    An access group that is not listed itself is refused even while all its models are allowed: it may grow.
    Raises InvalidRequest for what the gateway does not have, PolicyRefused for what is not allowed.
    """
    allowed = _AllowList(rules, catalogue)
    for name in requested:
        check_known(name, allowed.openings.of(name))
        if not allowed.has(name):
            hint = (
                f"Teams can use {some_of(allowed.names())}. The platform team can allow more with "
                "teamAdmin.allowedModels and teamAdmin.allowedModelAccessGroups."
            )
            beyond = allowed.openings.of(name) - allowed.entries
            raise out_of_reach(name, beyond, "is not available to teams", hint)


def assignable_models(rules: TeamAdmin, catalogue: Sequence[ModelView]) -> set[str]:
    """Return the models, and the access groups as wholes, that a team may be given."""
    return _AllowList(rules, catalogue).names()


class _AllowList:
    """The entries of the catalogue that teams may reach. To LiteLLM an empty list is every model, here it is none."""

    def __init__(self, rules: TeamAdmin, catalogue: Sequence[ModelView]) -> None:
        self.listed = {*rules.allowed_models, *rules.allowed_model_access_groups}
        self.entries = Reach(self.listed, catalogue).names if self.listed else frozenset[str]()
        self.groups = {group for model in catalogue for group in model.access_groups}
        self.openings = Openings(catalogue)

    def has(self, name: str) -> bool:
        """Return whether a team may be given the name and everything that it opens."""
        if name in self.groups and name not in self.listed:
            return False
        opened = self.openings.of(name)
        return bool(opened) and opened <= self.entries

    def names(self) -> set[str]:
        return {name for name in self.entries | self.groups if self.has(name)}


def owning_group(requested: str | None, groups: Sequence[str]) -> str:
    """The group a new team belongs to, out of the caller's. Raises PolicyRefused for another one."""
    chosen = requested or next(iter(groups), None)
    if chosen is None or chosen not in groups:
        hint = f"Set owning_group to {' or '.join(groups)}." if groups else "Ask the platform team."
        raise PolicyRefused("You do not manage teams for this group.", hint=hint, param="owning_group")
    return chosen


def check_block(team: Team) -> None:
    """Raise PolicyRefused for a team that was blocked in LiteLLM itself: nothing here lifts or covers that block.

    Any other change is refused too, because it would make the block look like one that was set through Keydesk.
    """
    if team.blocked and not is_as_left(team):
        raise PolicyRefused(
            "An administrator blocked this team.", hint="Ask the platform team to unblock it."
        )


def stamps(person: Person, group: str, now: datetime, intent_id: str) -> dict[str, str]:
    """Whose a team is, who asked for it, when and how."""
    return {
        OWNING_GROUP: group,
        "created_by_backstage_user": person.ref,
        "created_via": "keydesk",
        "created_at_iso": now.isoformat(),
        INTENT_MEMBER: intent_id,
    }


def new_team(team_id: str, request: TeamRequest, metadata: Mapping[str, str], now: datetime) -> NewTeam:
    """The team to ask LiteLLM for, member by member."""
    wanted = request.model_dump(exclude={"owning_group"})
    wanted["budget_duration"] = asked_budget(request).period
    wanted["models"] = tuple(dict.fromkeys(request.models))
    versioned = stamped(Team(team_id=team_id, **wanted), now)
    return NewTeam(team_id=team_id, metadata={**metadata, **versioned}, **wanted)


def team_changes(update: TeamUpdate, team: Team, now: datetime) -> TeamChanges:
    """The change to send: only what was said, null included, and all of the team's metadata with a new stamp."""
    said = update.model_dump(include=update.said)
    if said.get("budget_duration"):
        said["budget_duration"] = Budget.requested(None, update.budget_duration).period
    if "models" in said:
        said["models"] = tuple(dict.fromkeys(update.models))
    versioned = stamped(team.model_copy(update=said), now, before=team)
    if "max_budget" in said:
        versioned |= stamped_if_lowered(update.max_budget, team, now)
    return TeamChanges(metadata={**team.metadata, **versioned}, **said)


def is_provisioned(team_id: str, provisioning: Provisioning) -> bool:
    """Whether the configuration puts new accounts into the team."""
    return any(team_id in part.teams for part in (provisioning.defaults, *provisioning.roles))
