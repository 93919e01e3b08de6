"""The parts of team pages that are not in the API's response. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from keydesk.accounts.names import PersonName
from keydesk.kit.permission import Permission
from keydesk.teams.models import AssignableView, MemberView, TeamView
from keydesk.teams.policy import OWNING_GROUP
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.status import Gauge, Status, gauge

_ROLES = {"user": N_("Member"), "admin": N_("Team admin")}
_OURS = {OWNING_GROUP, "created_by_backstage_user", "created_via", "created_at_iso"}


@dataclass(frozen=True, slots=True)
class TeamCard:
    """A team in a list. `gauge` is None without a limit and for a hidden budget."""

    team: TeamView
    name: str
    gauge: Gauge | None
    status: Status
    manages: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An object that a team can have. `kept` marks one that the team has although it is no longer allowed."""

    id: str
    name: str
    given: bool
    kept: bool = False


def card(team: TeamView, *, manages: bool) -> TeamCard:
    shown = gauge(team.spend, team.max_budget)
    return TeamCard(team, name_of(team), shown, team_status(team, shown), manages)


def address(team_id: str) -> str:
    """Return the path of a team's page."""
    return f"/teams/{quote(team_id, safe='')}"


def name_of(team: TeamView) -> str:
    return team.team_alias or team.team_id


def team_status(team: TeamView, shown: Gauge | None) -> Status:
    """Return the status of the team's keys."""
    if team.blocked:
        return Status(_("blocked"), "bad")
    if shown is None and not team.budget_hidden:
        return Status(_("active"), "good")
    status = team.budget_status if shown is None else _status(shown)
    if status == "over":
        return Status(_("over budget"), "bad")
    return Status(_("near budget"), "fair") if status == "near" else Status(_("within budget"), "good")


def _status(shown: Gauge) -> str:
    return "over" if shown.left == 0 else "near" if shown.percent >= shown.near else "ok"


def labels_of(team: TeamView) -> dict[str, Any]:
    """Return the team's labels that users set, without Keydesk's own."""
    return {name: value for name, value in team.metadata.items() if name not in _OURS}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a team. `user_id` is None for a member who is only an email address in LiteLLM."""

    user_id: str | None
    name: str
    email: str | None
    role: str


def members_of(team: TeamView, names: Mapping[str, PersonName]) -> list[Member]:
    """Return the members by name. `names` are by user id."""
    members = [_member(each, names.get(each.user_id or "")) for each in team.members_with_roles]
    return sorted(members, key=lambda member: member.name.casefold())


def _member(member: MemberView, named: PersonName | None) -> Member:
    email = member.user_email or (named.email if named else None)
    name = (named.name if named else None) or member.user_id or email or _("Unnamed")
    role = _(_ROLES[member.role]) if member.role in _ROLES else member.role
    return Member(member.user_id, name, email, role)


def choices(allowed: Sequence[AssignableView], given: Collection[str]) -> list[Choice]:
    """Return the allowed objects, then others that the team has, by id."""
    offered = [Choice(each.id, each.name, each.id in given) for each in allowed]
    known = {each.id for each in allowed}
    return offered + [Choice(each, each, given=True, kept=True) for each in given if each not in known]


def model_choices(allowed: Iterable[str], given: Collection[str]) -> list[Choice]:
    """Like `choices`, for models and access groups, which have names only."""
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
