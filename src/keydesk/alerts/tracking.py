"""Budgets as the check reads them, with who chooses their alerts and what messages call them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keydesk.alerts.models import Figure, account_subject, member_subject, team_subject
from keydesk.keys.models import KeyView
from keydesk.litellm import Team, TeamMembership, User
from keydesk.notices.models import Value


@dataclass(frozen=True, slots=True)
class Tracked:
    """One budget. `chooser` is the subject of the `Choice` that applies, or None.

    `recipients` are entity references. Those of a `team` are found only if there is an alert. `is_hidden` means that
    its recipients may not see amounts. `jumps` is true for budgets that give alerts about jumps of the spend.
    """

    figure: Figure
    chooser: str | None
    recipients: Sequence[str] = ()
    team: Team | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    is_hidden: bool = False
    jumps: bool = False


def tracked_account(user: User, recipients: Sequence[str]) -> Tracked:
    figure = Figure(account_subject(user.user_id), user.spend, user.max_budget, user.budget_reset_at)
    return Tracked(figure, _chooser(recipients), recipients, jumps=True)


def tracked_key(key: KeyView, recipients: Sequence[str]) -> Tracked:
    figure = Figure(key.token, key.spend, key.max_budget, key.budget_reset_at)
    values = {Value.KEY: key.key_alias or ""}
    if not key.user_id and key.team_id:
        values[Value.TEAM_ID] = key.team_id
    return Tracked(figure, _chooser(recipients), recipients, values=values)


def tracked_team(team: Team, *, is_hidden: bool) -> Tracked:
    subject = team_subject(team.team_id)
    figure = Figure(subject, team.spend, team.max_budget, team.budget_reset_at)
    hides = is_hidden and team.max_budget is not None
    return Tracked(figure, subject, team=team, values=_names(team), is_hidden=hides, jumps=True)


def tracked_member(team: Team, member: TeamMembership, recipients: Sequence[str]) -> Tracked:
    subject = member_subject(team.team_id, member.user_id)
    figure = Figure(subject, member.spend, member.max_budget, member.budget_reset_at)
    values = {**_names(team), Value.MEMBER: member.user_id}
    return Tracked(figure, _chooser(recipients), recipients, values=values)


def _names(team: Team) -> dict[str, str]:
    return {Value.TEAM: team.team_alias or team.team_id, Value.TEAM_ID: team.team_id}


def _chooser(recipients: Sequence[str]) -> str | None:
    return recipients[0] if recipients else None
