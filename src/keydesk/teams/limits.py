"""Checks team settings against the configuration and builds the team requests to LiteLLM. Pure.

Models that are not on an allowlist are refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from keydesk.budgets.policy import Budget
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import NewTeam, Team, TeamChanges
from keydesk.models.models import ModelView
from keydesk.models.policy import Expansion, Reach, check_known, out_of_reach
from keydesk.settings import Provisioning, TeamAdmin
from keydesk.teams.budgets import requested_budget
from keydesk.teams.models import TeamRequest, TeamUpdate
from keydesk.teams.policy import INTENT_MEMBER, OWNING_GROUP
from keydesk.teams.versions import is_last_changed_by_keydesk, stamped, stamped_if_lowered


def check_models(requested: Sequence[str], rules: TeamAdmin, catalogue: Sequence[ModelView]) -> None:
    """Check that teams can use each requested model and access group.

    An access group must be on the allowlist itself, even if all its models are, because models can be added to it.
    Raises InvalidRequest for unknown names and PolicyRefused for names that are not allowed.
    """
    allowed = _AllowList(rules, catalogue)
    for name in requested:
        check_known(name, allowed.expansion.of(name))
        if not allowed.has(name):
            hint = message(
                "Teams can use %(models)s. The platform team can allow more with "
                "teamAdmin.allowedModels and teamAdmin.allowedModelAccessGroups.",
                models=some_of(allowed.names()),
            )
            refusal = message("The model %(model)s is not available to teams", model=quoted(name))
            beyond = allowed.expansion.of(name) - allowed.entries
            raise out_of_reach(refusal, () if name in beyond else beyond, hint)


def assignable_models(rules: TeamAdmin, catalogue: Sequence[ModelView]) -> set[str]:
    """Return the names of the models and access groups that teams can use."""
    return _AllowList(rules, catalogue).names()


class _AllowList:
    """The catalogue entries that teams can use. An empty list allows nothing here; in LiteLLM it means every model."""

    def __init__(self, rules: TeamAdmin, catalogue: Sequence[ModelView]) -> None:
        self.listed = {*rules.allowed_models, *rules.allowed_model_access_groups}
        self.entries = Reach(self.listed, catalogue).names if self.listed else frozenset[str]()
        self.groups = {group for model in catalogue for group in model.access_groups}
        self.expansion = Expansion(catalogue)

    def has(self, name: str) -> bool:
        """Return whether teams can use the name and every entry that it expands to."""
        if name in self.groups and name not in self.listed:
            return False
        entries = self.expansion.of(name)
        return bool(entries) and entries <= self.entries

    def names(self) -> set[str]:
        return {name for name in self.entries | self.groups if self.has(name)}


def owning_group(requested: str | None, groups: Sequence[str]) -> str:
    """Return the owning group of a new team: `requested`, or else the first of the caller's `groups`.

    Raises PolicyRefused if the caller is not in the requested group or in no team-admin group.
    """
    chosen = requested or next(iter(groups), None)
    if chosen is None or chosen not in groups:
        ask = message("Ask the platform team.")
        hint = message("Set owning_group to %(groups)s.", groups=" or ".join(groups)) if groups else ask
        raise PolicyRefused(
            message("You do not manage teams for this group."), hint=hint, param="owning_group"
        )
    return chosen


def check_block(team: Team) -> None:
    """Raise PolicyRefused if the team was blocked in LiteLLM itself.

    This applies to every change, because any change would make the block look like one that Keydesk set.
    """
    if team.blocked and not is_last_changed_by_keydesk(team):
        raise PolicyRefused(
            message("An administrator blocked this team."),
            hint=message("Ask the platform team to unblock it."),
        )


def stamps(person: Person, group: str, now: datetime, intent_id: str) -> dict[str, str]:
    """Return the metadata members that describe the owner of a team and who created it, when and how."""
    return {
        OWNING_GROUP: group,
        "created_by_backstage_user": person.ref,
        "created_via": "keydesk",
        "created_at_iso": now.isoformat(),
        INTENT_MEMBER: intent_id,
    }


def new_team(team_id: str, request: TeamRequest, metadata: Mapping[str, str], now: datetime) -> NewTeam:
    """Return the request to LiteLLM for a new team."""
    fields = request.model_dump(exclude={"owning_group"})
    fields["budget_duration"] = requested_budget(request).period
    fields["models"] = tuple(dict.fromkeys(request.models))
    versioned = stamped(Team(team_id=team_id, **fields), now)
    return NewTeam(team_id=team_id, metadata={**metadata, **versioned}, **fields)


def team_changes(update: TeamUpdate, team: Team, now: datetime) -> TeamChanges:
    """Return the update request to LiteLLM: the fields set in `update`, including null, and the restamped metadata."""
    fields = update.model_dump(include=update.fields)
    if fields.get("budget_duration"):
        fields["budget_duration"] = Budget.requested(None, update.budget_duration).period
    if "models" in fields:
        fields["models"] = tuple(dict.fromkeys(update.models))
    versioned = stamped(team.model_copy(update=fields), now, before=team)
    if "max_budget" in fields:
        versioned |= stamped_if_lowered(update.max_budget, team, now)
    return TeamChanges(metadata={**team.metadata, **versioned}, **fields)


def is_provisioned(team_id: str, provisioning: Provisioning) -> bool:
    """Return whether the configuration adds new accounts to the team."""
    return any(team_id in part.teams for part in (provisioning.defaults, *provisioning.roles))
