"""Decides team membership and ownership, and which fields of a team are visible. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.labels import labels_in
from keydesk.litellm import ObjectPermission, Team
from keydesk.teams.models import MemberView, ObjectPermissionView, TeamView
from keydesk.teams.versions import changed_at

OWNING_GROUP = "owning_group"
"""Metadata member with the team-admin group that owns the team."""
INTENT_MEMBER = "keydesk_intent"
"""Metadata member with the id of the audit intent. Reconciliation finds orphaned teams by it."""
MASTER_USER = "default_user_id"
"""LiteLLM's user for the master key. LiteLLM makes it an admin of every team, so it is not shown."""
_NEAR_PERCENT = 80.0
_OVER_PERCENT = 100.0
_MAX_PERCENT = 1_000_000.0
"""Limits the percentage for tiny budgets, for which it could be infinite."""

_SHOWN_STAMPS = (OWNING_GROUP, "created_by_backstage_user", "created_via", "created_at_iso")
"""The visible stamps of a team. `versions.SETTINGS_DIGEST` stays hidden, because it would allow guessing the budget."""


def is_member(team: Team, user_id: str) -> bool:
    return user_id != MASTER_USER and any(member.user_id == user_id for member in team.members_with_roles)


def is_owned(team: Team, groups: Collection[str]) -> bool:
    """Return whether one of the groups, given as full references, owns the team."""
    try:
        return full_group_ref(str(team.metadata.get(OWNING_GROUP, ""))) in groups
    except ValueError:
        return False


def team_view(team: Team, *, hide_budget: bool) -> TeamView:
    """Return the visible fields of the team. `hide_budget` removes the budget and everything that reveals it."""
    view = TeamView(
        **team.model_dump(include=_COPIED_FIELDS),
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


_COPIED_FIELDS = {
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
    """Return Keydesk's visible stamps and the team's labels.

    Everything else is hidden, because LiteLLM stores settings in the metadata, such as callbacks with credentials,
    and newer releases can add more.
    """
    stamps = {name: metadata[name] for name in _SHOWN_STAMPS if isinstance(metadata.get(name), str)}
    return labels_in(metadata) | stamps


def _budget_percent(spend: float, max_budget: float) -> float:
    """Return the percentage rounded to an integer, so that the budget cannot be computed from a known spend."""
    return float(round(min(100 * spend / max_budget, _MAX_PERCENT))) if max_budget > 0 else _OVER_PERCENT


def _status(percent: float) -> Literal["ok", "near", "over"]:
    if percent >= _OVER_PERCENT:
        return "over"
    return "near" if percent >= _NEAR_PERCENT else "ok"
