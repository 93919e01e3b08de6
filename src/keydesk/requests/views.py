"""Response bodies: requests as the requester and the approvers see them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import RequestRecord, RequestState, Terms


class WishedTeamView(BaseModel):
    """The settings of a requested team."""

    model_config = ConfigDict(frozen=True)

    team_alias: str
    models: list[str]
    budget_duration: str | None
    owning_group: str | None


class TermsView(BaseModel):
    """What was requested or approved, and when it ends. Without `until` it is permanent.

    `max_budget` is in US dollars. A request has only the members of its kind.
    """

    model_config = ConfigDict(frozen=True)

    max_budget: float | None = Field(default=None, exclude_if=lambda value: value is None)
    model: str | None = Field(default=None, exclude_if=lambda value: value is None)
    team: WishedTeamView | None = Field(default=None, exclude_if=lambda value: value is None)
    until: datetime | None

    @classmethod
    def of(cls, terms: Terms) -> "TermsView":
        team = WishedTeamView(**terms.team) if terms.team else None
        return cls(max_budget=terms.usd, model=terms.model, team=team, until=terms.until)


class RequestView(BaseModel):
    """A request. `previous_budget` is the budget at the time of the request; null means no limit.

    For models, `previous_models` is the list at that time. For a lifetime, `previous_expires_at` is the expiration at
    that time. `first_approved_by` is set while the approval of a second person is missing. `granted` is what was
    approved.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: RequestKind
    state: RequestState
    requested_by: str
    key_id: str | None
    key_alias: str | None
    team_id: str | None
    team_alias: str | None = Field(default=None, exclude_if=lambda value: value is None)
    requested: TermsView
    previous_budget: float | None
    previous_models: list[str] | None = Field(default=None, exclude_if=lambda value: value is None)
    previous_expires_at: datetime | None = Field(default=None, exclude_if=lambda value: value is None)
    reason: str
    cost_center: str | None
    created_at: datetime
    expires_at: datetime
    first_approved_by: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    granted: TermsView | None

    @classmethod
    def of(cls, record: RequestRecord) -> "RequestView":
        is_key = record.kind in _OF_KEYS
        return cls(
            requested_by=record.ref,
            key_id=record.target_id if is_key else None,
            key_alias=record.target_name if is_key else None,
            team_alias=record.target_name if record.kind in _OF_TEAMS else None,
            requested=TermsView.of(record.asked),
            previous_budget=record.before if isinstance(record.before, float) else None,
            previous_models=record.before if isinstance(record.before, list) else None,
            previous_expires_at=record.before["expires_at"] if isinstance(record.before, dict) else None,
            first_approved_by=record.first.by if record.first else None,
            granted=TermsView.of(record.granted) if record.granted else None,
            **{name: getattr(record, name) for name in _COPIED_FIELDS},
        )


_OF_KEYS = {RequestKind.KEY_BUDGET, RequestKind.KEY_MODELS, RequestKind.KEY_LIFETIME}
_OF_TEAMS = {RequestKind.TEAM_MEMBERSHIP, RequestKind.NEW_TEAM, RequestKind.MEMBER_BUDGET}
_COPIED_FIELDS = (
    "id",
    "kind",
    "state",
    "team_id",
    "reason",
    "cost_center",
    "created_at",
    "expires_at",
    "decided_by",
    "decided_at",
    "decision_reason",
)
