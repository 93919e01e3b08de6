"""Who belongs to a team, whose team it is, and what people are shown of it. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.labels import labels_in
from keydesk.litellm import ObjectPermission, Team
from keydesk.teams.models import MemberView, ObjectPermissionView, TeamView
from keydesk.teams.versions import changed_at

OWNING_GROUP = "owning_group"
"""The member of a team's metadata that says whose team it is: a team-admin group."""
INTENT_MEMBER = "keydesk_intent"
"""The metadata member that ties a team to its audit record, by which an orphan is found."""
MASTER_USER = "default_user_id"
"""The master key's own user, whom LiteLLM makes an admin of every team: nobody that people could know."""
_NEAR_PERCENT = 80.0
_OVER_PERCENT = 100.0
_MOST_PERCENT = 1_000_000.0
"""Of a budget of next to nothing any spend is infinitely many percent."""

_SHOWN_STAMPS = (OWNING_GROUP, "created_by_backstage_user", "created_via", "created_at_iso")
"""What Keydesk stamps on a team and shows. It never shows `versions.SETTINGS_DIGEST`, which would let somebody try out
budgets until one fits."""


def is_member(team: Team, user_id: str) -> bool:
    return user_id != MASTER_USER and any(member.user_id == user_id for member in team.members_with_roles)


def is_owned(team: Team, groups: Collection[str]) -> bool:
    """Whether the team belongs to one of the groups, which are in full form. A team without an owner does not."""
    try:
        return full_group_ref(str(team.metadata.get(OWNING_GROUP, ""))) in groups
    except ValueError:
        return False


def team_view(team: Team, *, hide_budget: bool) -> TeamView:
    """The team as an answer. With `hide_budget` neither the budget nor anything it follows from is in it."""
    view = TeamView(
        **team.model_dump(include=_SHOWN_AS_IT_IS),
        members_with_roles=[
            MemberView(**member.model_dump())
            for member in team.members_with_roles
            if member.user_id != MASTER_USER
        ],
        metadata=_shown_metadata(team.metadata),
        object_permission=ObjectPermissionView(**(team.object_permission or ObjectPermission()).model_dump()),
        updated_at=changed_at(team),
    )
    if not hide_budget or team.max_budget is None:
        return view
    percent = _budget_percent(team.spend, team.max_budget)
    hidden = {"max_budget": None, "spend": 0.0, "budget_hidden": True}
    return view.model_copy(update={**hidden, "budget_pct": percent, "budget_status": _status(percent)})


_SHOWN_AS_IT_IS = {
    "team_id",
    "team_alias",
    "max_budget",
    "spend",
    "budget_duration",
    "budget_reset_at",
    "models",
    "tpm_limit",
    "rpm_limit",
    "blocked",
}


def _shown_metadata(metadata: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Return Keydesk's stamps and the team's labels.

    Everything else stays hidden: LiteLLM keeps settings there, such as callbacks with their credentials and raised
    budgets, and new releases add names that Keydesk does not know.
    """
    stamps = {name: metadata[name] for name in _SHOWN_STAMPS if isinstance(metadata.get(name), str)}
    return labels_in(metadata) | stamps


def _budget_percent(spend: float, max_budget: float) -> float:
    """Whole percent, so that the budget cannot be worked out from a known spend."""
    return float(round(min(100 * spend / max_budget, _MOST_PERCENT))) if max_budget > 0 else _OVER_PERCENT


def _status(percent: float) -> Literal["ok", "near", "over"]:
    if percent >= _OVER_PERCENT:
        return "over"
    return "near" if percent >= _NEAR_PERCENT else "ok"
