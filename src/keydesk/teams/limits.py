"""What the configuration lets team admins choose for a team, and the team to ask LiteLLM for. Pure.

Closed by default: what is not listed cannot be given to a team.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from keydesk.durations import to_litellm_budget
from keydesk.identity.principal import Person
from keydesk.litellm import NewTeam, Team, TeamChanges
from keydesk.models.models import ModelView
from keydesk.models.policy import Reach
from keydesk.problems import InvalidRequest, PolicyRefused
from keydesk.settings import Provisioning, TeamAdmin
from keydesk.teams.models import TeamRequest, TeamUpdate
from keydesk.teams.policy import INTENT_MEMBER, OWNING_GROUP
from keydesk.teams.versions import is_as_left, stamped

_DEFAULT_BUDGET_DURATION = "30d"


def check_budget(max_budget: float | None, rules: TeamAdmin) -> None:
    """Raise PolicyRefused for a team's budget above the ceiling, and for none where each must have one."""
    if max_budget is None and not rules.allow_unlimited_budget:
        hint = "Set max_budget to an amount in US dollars."
        raise PolicyRefused("Every team needs a budget.", hint=hint, param="max_budget")
    check_ceiling(max_budget, rules, "max_budget")


def check_ceiling(budget: float | None, rules: TeamAdmin, param: str) -> None:
    """Raise PolicyRefused for more than one budget may be."""
    if budget is not None and budget > rules.max_budget_ceiling:
        hint = f"The most is {rules.max_budget_ceiling:g} US dollars."
        raise PolicyRefused("This budget is above the ceiling.", hint=hint, param=param)


def check_models(requested: Sequence[str], rules: TeamAdmin, catalogue: Sequence[ModelView]) -> None:
    """Check that a team may be given each entry: a model within reach, or an access group allowed as a whole.

    An access group that is not listed itself is refused even while all its models are allowed: it may grow.
    Raises InvalidRequest for what the gateway does not have, PolicyRefused for what is not allowed.
    """
    known = _groups(catalogue) | {model.model_name for model in catalogue}
    allowed = assignable_models(rules, catalogue)
    for name in requested:
        if not _covers(known, name):
            text = "models: expected names of models or access groups of the gateway"
            raise InvalidRequest(text, param="models")
        if not _covers(allowed, name):
            hint = "The configuration lists what teams may be given, in teamAdmin.allowedModels."
            raise PolicyRefused("A requested model may not be given to teams.", hint=hint, param="models")


def assignable_models(rules: TeamAdmin, catalogue: Sequence[ModelView]) -> set[str]:
    """The models, and the access groups as wholes, that a team may be given."""
    groups = _groups(catalogue)
    listed = {*rules.allowed_models, *rules.allowed_model_access_groups}
    if not listed:
        # To a `Reach`, as to LiteLLM, an empty list would be every model.
        return set()
    reach = Reach(listed, catalogue)
    whole = groups if reach.everything else groups & listed
    return {*(reach.names - groups), *whole}


def _groups(catalogue: Sequence[ModelView]) -> set[str]:
    return {group for model in catalogue for group in model.access_groups}


def _covers(names: set[str], name: str) -> bool:
    """Whether the catalogue's names mean this model, literally or by a wildcard such as `openai/*`."""
    return name in names or any("*" in each and fnmatchcase(name, each) for each in names)


def owning_group(requested: str | None, groups: Sequence[str]) -> str:
    """The group a new team belongs to, out of the caller's. Raises PolicyRefused for another one."""
    chosen = requested or next(iter(groups), None)
    if chosen is None or chosen not in groups:
        text = "You do not manage teams for this group."
        raise PolicyRefused(text, hint=f"You do for {' and '.join(groups) or 'none'}.", param="owning_group")
    return chosen


def check_block(team: Team) -> None:
    """Raise PolicyRefused for a team that was blocked in LiteLLM itself: nothing here lifts or covers that block.

    Any other change is refused too, because it would make the block look like one that was set through Keydesk.
    """
    if team.blocked and not is_as_left(team):
        raise PolicyRefused("This team was blocked by an administrator.", hint="Ask the platform team.")


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
    wanted["budget_duration"] = to_litellm_budget(request.budget_duration or _DEFAULT_BUDGET_DURATION)
    wanted["models"] = tuple(dict.fromkeys(request.models))
    versioned = stamped(Team(team_id=team_id, **wanted), now)
    return NewTeam(team_id=team_id, metadata={**metadata, **versioned}, **wanted)


def team_changes(update: TeamUpdate, team: Team, now: datetime) -> TeamChanges:
    """The change to send: only what was said, null included, and all of the team's metadata with a new stamp."""
    said = update.model_dump(include=update.said)
    if said.get("budget_duration"):
        said["budget_duration"] = to_litellm_budget(said["budget_duration"])
    if "models" in said:
        said["models"] = tuple(dict.fromkeys(update.models))
    versioned = stamped(team.model_copy(update=said), now, before=team)
    return TeamChanges(metadata={**team.metadata, **versioned}, **said)


def is_provisioned(team_id: str, provisioning: Provisioning) -> bool:
    """Whether the configuration puts new accounts into the team."""
    return any(team_id in part.teams for part in (provisioning.defaults, *provisioning.roles))
