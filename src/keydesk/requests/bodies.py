"""Request bodies: a new request, and the decisions about it."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from keydesk.kit.dates import MomentText
from keydesk.kit.field_types import Duration, Identifier, Name, RequestBody
from keydesk.kit.request_kind import RequestKind
from keydesk.requests.models import Terms
from keydesk.teams.models import GroupRef, ModelEntries


def _without_null(text: str) -> str:
    if "\0" in text:
        raise ValueError("expected text without null characters")
    return text


Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    AfterValidator(_without_null),
]
Amount = Annotated[float, Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
KindName = Annotated[RequestKind, Field(strict=False)]


class TeamWish(RequestBody):
    """The settings of a new team. `owning_group` is one of the caller's team-admin groups, by default the first one."""

    team_alias: Name
    models: ModelEntries
    budget_duration: Duration | None = None
    owning_group: GroupRef | None = None


class _Asking(RequestBody):
    @property
    def ends_at(self) -> datetime | None:
        until: str | None = getattr(self, "until", None)
        return datetime.fromisoformat(until) if until else None


class NewRequest(_Asking):
    """A request for more than the limits allow. Without `until`, it is for a permanent change.

    `key_id` is the `token` of one of the caller's keys, and is required for the kinds about a key. `account_budget` and
    `key_budget` require `max_budget`, the whole new budget. `account_models` and `key_models` require `model`, the name
    of a model or access group. `team_membership` requires `team_id`, is permanent, and can have `max_budget`, the
    budget of the person in the team. `key_lifetime` is for a key that expires at `until`, or never. `new_team` requires
    `team` and `max_budget`, and is permanent. `member_budget` requires `team_id` and `max_budget`, the whole new budget
    of the caller in the team.
    """

    kind: KindName
    key_id: Identifier | None = None
    max_budget: Amount | None = None
    model: Identifier | None = None
    team_id: Identifier | None = None
    team: TeamWish | None = None
    until: MomentText | None = None
    reason: Reason
    cost_center: Name | None = None

    def terms(self) -> Terms:
        """Return what is requested."""
        team = self.team.model_dump(mode="json") if self.team else None
        return Terms(self.max_budget, self.ends_at, self.model, team)


class Approval(_Asking):
    """An approval. Members that are missing are approved as requested; they can only reduce it.

    `current_budget` is the budget that the approver saw. It is required if the budget has changed since the request.
    """

    max_budget: Amount | None = None
    until: MomentText | None = None
    current_budget: Amount | None = None


class Refusal(RequestBody):
    """A decline. The requester sees the reason."""

    reason: Reason
