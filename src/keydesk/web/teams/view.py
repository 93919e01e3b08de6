"""What the pages show of a team, beyond what the API answers. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.kit.permission import Permission
from keydesk.teams.models import AssignableView, MemberView, TeamView
from keydesk.teams.policy import OWNING_GROUP
from keydesk.web.status import Gauge, Standing, gauge

_STATUS: dict[str | None, Standing] = {
    "ok": Standing("within budget", "good"),
    "near": Standing("nearly spent", "fair"),
    "over": Standing("over budget", "bad"),
}
_OURS = {OWNING_GROUP, "created_by_backstage_user", "created_via", "created_at_iso"}


@dataclass(frozen=True, slots=True)
class TeamCard:
    """A team as it is listed. `gauge` is None without a limit, and where the budget is hidden."""

    team: TeamView
    name: str
    gauge: Gauge | None
    standing: Standing
    manages: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a team may be given. `kept` marks what it has although nobody may give it any more."""

    id: str
    name: str
    given: bool
    kept: bool = False


def card(team: TeamView, *, manages: bool) -> TeamCard:
    shown = gauge(team.spend, team.max_budget)
    return TeamCard(team, name_of(team), shown, standing_of_team(team, shown), manages)


def name_of(team: TeamView) -> str:
    return team.team_alias or team.team_id


def standing_of_team(team: TeamView, shown: Gauge | None) -> Standing:
    """The first thing to know of a team: whether its keys work."""
    if team.blocked:
        return Standing("blocked", "bad")
    if team.budget_hidden:
        return _STATUS[team.budget_status]
    if shown is None:
        return Standing("active", "good")
    return _STATUS["over" if shown.left == 0 else "near" if shown.percent >= shown.near else "ok"]


def labels_of(team: TeamView) -> dict[str, Any]:
    """The labels people gave the team, without those that the key desk put there."""
    return {name: value for name, value in team.metadata.items() if name not in _OURS}


def people_of(team: TeamView) -> list[MemberView]:
    """The members by name."""
    return sorted(team.members_with_roles, key=lambda member: member.user_id or member.user_email or "")


def choices(allowed: Sequence[AssignableView], given: Collection[str]) -> list[Choice]:
    """What the allow-list offers, and what the team has besides, under its bare id."""
    offered = [Choice(each.id, each.name, each.id in given) for each in allowed]
    known = {each.id for each in allowed}
    return offered + [Choice(each, each, given=True, kept=True) for each in given if each not in known]


def model_choices(allowed: Iterable[str], given: Collection[str]) -> list[Choice]:
    """As `choices`, for models and access groups, which go by their names."""
    names = sorted(allowed)
    offered = [Choice(name, name, name in given) for name in names]
    return offered + [Choice(each, each, given=True, kept=True) for each in given if each not in names]


MAY = {
    Permission.TEAM_MANAGE: "edit",
    Permission.TEAM_DELETE: "delete",
    Permission.TEAM_MEMBERS_MANAGE: "members",
    Permission.TEAM_KNOWLEDGEBASE_MANAGE: "knowledge_bases",
    Permission.TEAM_MCP_MANAGE: "mcp_servers",
}
