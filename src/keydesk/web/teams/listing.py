"""The lists of teams and of the members of a team: columns, filters and search. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.teams.view import Member, TeamCard

_LATE = datetime.max.replace(tzinfo=UTC)
_TONES = ("bad", "fair", "good")
_STATES = {
    "active": N_("active"),
    "within-budget": N_("within budget"),
    "near-budget": N_("near budget"),
    "over-budget": N_("over budget"),
    "blocked": N_("blocked"),
}
"""The words of `view.team_status` by their name in the URL."""


def _spent(card: TeamCard) -> float:
    """Return the spend in US dollars, or the percentage of a hidden budget."""
    return card.team.budget_pct or 0.0 if card.team.budget_hidden else card.team.spend


def _states(_cards: Sequence[TeamCard]) -> dict[str, str]:
    return {name: _(word) for name, word in _STATES.items()}


def _has_state(card: TeamCard, name: str) -> bool:
    return name in _STATES and card.status.word == _(_STATES[name])


def _models(cards: Sequence[TeamCard]) -> dict[str, str]:
    return {name: name for name in sorted({model for card in cards for model in card.team.models})}


def _may_use(card: TeamCard, model: str) -> bool:
    """Return whether the team lists the model, or lists none and may use all."""
    return not card.team.models or model in card.team.models


TEAMS: Listing[TeamCard] = Listing(
    name="team",
    columns=(
        Column("name", N_("Team"), lambda card: card.name.casefold(), fixed=True),
        Column("state", N_("Status"), lambda card: _TONES.index(card.status.tone)),
        Column("spent", N_("Spend"), _spent, falls_first=True),
        Column("resets", N_("Resets"), lambda card: card.team.budget_reset_at or _LATE),
        Column("models", N_("Models")),
        Column("members", N_("Members"), lambda card: len(card.team.members_with_roles), falls_first=True),
    ),
    sort="name",
    filters=(
        Filter("state", N_("Status"), _states, _has_state),
        Filter("model", N_("Model"), _models, _may_use),
    ),
    searched=lambda card: " ".join([card.name, *card.team.models, card.status.word]),
)
MANAGED = replace(TEAMS, name="managed-team", prefix="managed-")
"""The second list on the page of teams."""


def _roles(people: Sequence[Member]) -> dict[str, str]:
    return {role: role for role in sorted({member.role for member in people})}


MEMBERS: Listing[Member] = Listing(
    name="member",
    columns=(
        Column("name", N_("Member"), lambda member: member.name.casefold(), fixed=True),
        Column("email", N_("Email"), lambda member: (member.email or "").casefold()),
        Column("role", N_("Role"), lambda member: member.role),
    ),
    sort="name",
    filters=(Filter("role", N_("Role"), _roles, lambda member, role: member.role == role),),
    searched=lambda member: f"{member.name} {member.user_id or ''} {member.email or ''}",
)
