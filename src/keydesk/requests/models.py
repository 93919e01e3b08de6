"""Requests, their states, and what they are about. Amounts are in US dollars, times in UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from keydesk.kit.request_kind import RequestKind


class RequestState(StrEnum):
    """`APPROVED` is permanent. `GRANTED` is approved for a time, and becomes `ENDED` when Keydesk took it back."""

    PENDING = "pending"
    APPROVED = "approved"
    GRANTED = "granted"
    ENDED = "ended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is requested or approved, and when it ends. Without `until` it is permanent.

    Each kind has its own members: `usd` is a budget, `model` is the name of a model or access group, and `team` has the
    settings of a new team.
    """

    usd: float | None = None
    until: datetime | None = None
    model: str | None = None
    team: Mapping[str, Any] | None = None

    def stored(self) -> dict[str, Any]:
        values: dict[str, Any] = {"max_budget": self.usd, "model": self.model, "team": self.team}
        known = {name: value for name, value in values.items() if value is not None}
        return known | {"until": self.until and self.until.isoformat()}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Terms":
        until = stored["until"]
        return cls(
            usd=stored.get("max_budget"),
            until=datetime.fromisoformat(until) if until else None,
            model=stored.get("model"),
            team=stored.get("team"),
        )


@dataclass(frozen=True, slots=True)
class FirstApproval:
    """The approval of the first of two people. It counts only while that person may still approve."""

    by: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request. `target_id` is the id of the key, account or team, and `team_id` is the team whose admins may decide.

    `before` is the state of the object at the time of the request: a budget (None for no limit) or a list of models.
    `email` is the verified address of the requester, with which Keydesk recognizes another account of the same person.
    """

    id: str
    ref: str
    email: str | None
    user_id: str
    kind: RequestKind
    target_id: str
    target_name: str | None
    team_id: str | None
    asked: Terms
    before: Any
    reason: str
    cost_center: str | None
    state: RequestState
    created_at: datetime
    expires_at: datetime
    first: FirstApproval | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    granted: Terms | None = None

    @property
    def target(self) -> str:
        """The name of what changes, the same for all requests about it."""
        return target_of(self.kind, self.target_id, self.asked.model)


QUALIFIED = {RequestKind.ACCOUNT_MODELS, RequestKind.KEY_MODELS}
"""The kinds of which several requests about one object can be granted at the same time."""


def target_of(kind: RequestKind, target_id: str, model: str | None = None) -> str:
    """Return the name of what a request changes: the object, and the model for a request of one."""
    return f"{kind}:{target_id}:{quote(model, safe='')}" if model else f"{kind}:{target_id}"


_ID = re.compile(r"[0-9a-f]{32}")


def is_request_id(text: str) -> bool:
    """Return whether the text can be the id of a request. A path parameter can hold any text."""
    return _ID.fullmatch(text) is not None
