"""The limits of one key and the response of GET /limits/explain. Amounts are in US dollars, times are in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from keydesk.kit.messages import Message
from keydesk.litellm import Team, TeamMembership, User

Scope = Literal["key", "current_secret", "previous_secret", "person", "team", "member", "model"]
Kind = Literal["budget", "requests_per_minute", "tokens_per_minute", "other"]
Status = Literal["ok", "near", "reached", "unknown"]
Obstacle = Literal[
    "expired", "blocked", "leaked", "blocked_by_policy", "owner_left", "team_blocked", "team_missing"
]


@dataclass(frozen=True, slots=True)
class OfTeam:
    """The team of a key with the membership of the owner. `hidden` is true if the reader must not see its budget.

    `team` is None if the key belongs to a team that no longer exists.
    """

    team: Team | None
    member: TeamMembership | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the calls of a key depend on, in addition to the key itself. `blocker` is the mark of who blocked the key.

    `team` is None for a personal key. `reader` is the entity reference of the person who requests the explanation.
    `as_of` is when the key was read.
    """

    owner: User
    as_of: datetime
    team: OfTeam | None = None
    blocker: str | None = None
    owner_left: bool = False
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit. `limit` and `used` are None if they are hidden; `used` is also None if LiteLLM does not report it."""

    scope: Scope
    kind: Kind
    title: Message
    text: Message
    status: Status = "unknown"
    name: str | None = None
    limit: float | None = None
    used: float | None = None
    percent: float | None = None
    period: str | None = None
    resets_at: datetime | None = None

    @property
    def left(self) -> float | None:
        return None if self.limit is None or self.used is None else max(0.0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Reason:
    """Something other than a limit that stops every call of the key."""

    kind: Obstacle
    text: Message


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a key works, and the reasons. `limits` start with the one that is reached, or else is closest."""

    key_id: str
    key_alias: str | None
    summary: Message
    reasons: Sequence[Reason]
    limits: Sequence[Limit]
    as_of: datetime

    @property
    def works(self) -> bool:
        return not self.reasons and not any(limit.status == "reached" for limit in self.limits)

    @property
    def decisive(self) -> Limit | None:
        return decisive_of(self.limits)


def decisive_of(limits: Sequence[Limit]) -> Limit | None:
    """Return the first limit whose use is known: the one that is reached, or else the closest one."""
    return next((limit for limit in limits if limit.status != "unknown"), None)


class LimitView(BaseModel):
    """One limit that applies to the key."""

    model_config = ConfigDict(frozen=True)

    scope: Scope
    kind: Kind
    name: Annotated[str | None, Field(description="The model or the setting that the limit is about.")]
    status: Annotated[
        Status,
        Field(
            description="`near` from 80 percent. `unknown` if LiteLLM does not report how much of it is used."
        ),
    ]
    limit: Annotated[float | None, Field(description="Null if it is hidden.")]
    used: float | None
    left: float | None
    percent: Annotated[float | None, Field(description="The used part. It is also shown of a hidden budget.")]
    period: Annotated[str | None, Field(description="How often the limit resets, such as `30d` or `1m`.")]
    resets_at: datetime | None
    text: str

    @classmethod
    def of(cls, limit: Limit) -> "LimitView":
        names = [name for name in cls.model_fields if name != "text"]
        return cls(text=str(limit.text), **{name: getattr(limit, name) for name in names})


class ReasonView(BaseModel):
    """Something other than a limit that stops every call of the key."""

    model_config = ConfigDict(frozen=True)

    kind: Obstacle
    text: str


class LimitsView(BaseModel):
    """Whether the key works, the reasons if it does not, and every limit that applies to it, the decisive one first."""

    model_config = ConfigDict(frozen=True)

    token: str
    key_alias: str | None
    works: bool
    summary: str
    reasons: list[ReasonView]
    limits: list[LimitView]
    as_of: datetime

    @classmethod
    def of(cls, explanation: Explanation) -> "LimitsView":
        return cls(
            token=explanation.key_id,
            key_alias=explanation.key_alias,
            works=explanation.works,
            summary=_with_reset(explanation),
            reasons=[ReasonView(kind=each.kind, text=str(each.text)) for each in explanation.reasons],
            limits=[LimitView.of(each) for each in explanation.limits],
            as_of=explanation.as_of,
        )


def _with_reset(explanation: Explanation) -> str:
    decisive = explanation.decisive
    if explanation.reasons or decisive is None or decisive.status == "ok" or decisive.resets_at is None:
        return str(explanation.summary)
    return f"{explanation.summary} It resets on {decisive.resets_at:%Y-%m-%d at %H:%M} UTC."
