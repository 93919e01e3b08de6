"""The list of a person's keys: columns, filters and search. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from keydesk.keys.models import KeyView
from keydesk.web.keys.lifetime import KeyPolicy
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.status import KeyStatus, key_status

_LATE = datetime.max.replace(tzinfo=UTC)
_EARLY = datetime.min.replace(tzinfo=UTC)
_TONES = ("bad", "fair", "good", "over")
_NO_TEAM = "none"
_NEVER = "never"
_VIOLATED = "violated"
_STATES = {
    "active": N_("active"),
    "expires-soon": N_("expires soon"),
    "near-budget": N_("near budget"),
    "over-budget": N_("over budget"),
    "blocked": N_("blocked"),
    "expired": N_("expired"),
}
"""The words of `status.status_of` by their name in the URL."""
_EXPIRES_WITHIN = {"7d": (7, N_("Within 7 days")), "30d": (30, N_("Within 30 days"))}


@dataclass(frozen=True, slots=True)
class Row:
    key: KeyView
    state: KeyStatus
    team: str | None
    now: datetime
    policy: KeyPolicy | None = None

    @property
    def name(self) -> str:
        return self.key.key_alias or _("Unnamed key")

    @property
    def expired(self) -> bool:
        """Return whether the key is expired and not blocked. A block may mark evidence, so such keys are kept."""
        return self.state.status.tone == "over"

    @property
    def has_ended(self) -> bool:
        return self.key.expires_at is not None and self.key.expires_at <= self.now


def rows(
    keys: Sequence[KeyView],
    team_names: Mapping[str, str],
    now: datetime,
    policies: Mapping[str, KeyPolicy] = MappingProxyType({}),
) -> list[Row]:
    return [
        Row(
            key,
            key_status(key, now, policies.get(key.token)),
            team_names.get(key.team_id, key.team_id) if key.team_id else None,
            now,
            policies.get(key.token),
        )
        for key in keys
    ]


def _searched(row: Row) -> str:
    """Return the text that a search looks in: name, masked key, team, models, status and marks."""
    marks = (mark.word for mark in row.state.marks)
    return " ".join([row.name, row.key.key, row.team or "", *row.key.models, row.state.status.word, *marks])


def _states(_rows: Sequence[Row]) -> dict[str, str]:
    return {name: _(word) for name, word in _STATES.items()}


def _has_state(row: Row, name: str) -> bool:
    return name in _STATES and row.state.status.word == _(_STATES[name])


def _teams(found: Sequence[Row]) -> dict[str, str]:
    names = {row.key.team_id: row.team or "" for row in found if row.key.team_id}
    ordered = sorted(names.items(), key=lambda each: each[1].casefold())
    return {_NO_TEAM: _("Personal (no team)"), **dict(ordered)}


def _is_in_team(row: Row, team_id: str) -> bool:
    return row.key.team_id == (None if team_id == _NO_TEAM else team_id)


def _models(found: Sequence[Row]) -> dict[str, str]:
    return {name: name for name in sorted({model for row in found for model in row.key.models})}


def _may_use(row: Row, model: str) -> bool:
    """Return whether the key lists the model, or lists none and may use all that are available."""
    return not row.key.models or model in row.key.models


def _expiries(_rows: Sequence[Row]) -> dict[str, str]:
    within = {name: _(label) for name, (_days, label) in _EXPIRES_WITHIN.items()}
    return {**within, "expired": _("Expired"), _NEVER: _("Never")}


def _expires(row: Row, when: str) -> bool:
    ends = row.key.expires_at
    if when in _EXPIRES_WITHIN and ends is not None:
        return not row.has_ended and ends - row.now <= timedelta(days=_EXPIRES_WITHIN[when][0])
    return row.has_ended if when == "expired" else when == _NEVER and ends is None


def _policies(found: Sequence[Row]) -> dict[str, str]:
    """Return the only option, or none while no key violates the policy, so that the filter is not shown."""
    return {_VIOLATED: _("Violates policy")} if any(_violates(row, _VIOLATED) for row in found) else {}


def _violates(row: Row, _value: str) -> bool:
    return row.policy is not None and row.policy.is_violated


KEYS: Listing[Row] = Listing(
    name="key",
    columns=(
        Column("name", N_("Name"), lambda row: row.name.casefold(), fixed=True),
        Column("team", N_("Team"), lambda row: (row.team or "").casefold()),
        Column("models", N_("Models")),
        Column("spent", N_("Spend"), lambda row: row.key.spend, falls_first=True),
        Column("used", N_("Last used"), lambda row: row.key.last_active_at or _EARLY, falls_first=True),
        Column("expires", N_("Expires"), lambda row: row.key.expires_at or _LATE),
        Column("created", N_("Created"), lambda row: row.key.created_at, falls_first=True, usual=False),
        Column("resets", N_("Budget resets"), lambda row: row.key.budget_reset_at or _LATE, usual=False),
        Column("limits", N_("Rate limits"), usual=False),
        Column("state", N_("Status"), lambda row: _TONES.index(row.state.status.tone)),
    ),
    sort="-created",
    filters=(
        Filter("state", N_("Status"), _states, _has_state),
        Filter("team", N_("Team"), _teams, _is_in_team),
        Filter("model", N_("Model"), _models, _may_use),
        Filter("expires", N_("Expires"), _expiries, _expires),
        Filter("policy", N_("Policy"), _policies, _violates),
    ),
    searched=_searched,
)
