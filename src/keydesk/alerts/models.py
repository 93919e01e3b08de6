"""Budgets that are watched, what is remembered about each, and the alerts about them. Amounts are in US dollars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.models import digest_of


def account_subject(user_id: str) -> str:
    return f"account:{user_id}"


def team_subject(team_id: str) -> str:
    return f"team:{team_id}"


def member_subject(team_id: str, user_id: str) -> str:
    """Return the subject of a member's budget in a team. Two ids can be longer than the column."""
    return f"member:{digest_of(team_id, user_id)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """What LiteLLM says about one budget. `subject` is a key's id in Keydesk, or one of the subjects above."""

    subject: str
    spend: float
    budget: float | None
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """What Keydesk remembers about a budget.

    `armed` counts the times at which the alerts began again: it identifies the period. `alerted` is the highest
    threshold, in percent, that is settled in this period. `days` is the spend by UTC day, as the counter moved, and
    `since` the first day. `version` increases with each change.
    """

    subject: str
    spend: float
    budget: float | None
    resets_at: datetime | None
    since: date
    seen_on: date
    armed: int = 1
    alerted: float = 0.0
    forecast_sent: bool = False
    days: Mapping[date, float] = field(default_factory=dict)
    version: int = 1

    @property
    def period(self) -> str:
        """Return the name of the period, which tells notices apart."""
        end = self.resets_at.isoformat() if self.resets_at else "never"
        return f"{end} {self.armed}"


@dataclass(frozen=True, slots=True)
class AlertRules:
    """When to alert. `jump_factor` is None for no alerts about jumps of the spend."""

    thresholds: Sequence[int]
    forecast: bool
    jump_factor: float | None
    jump_floor: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person or a team has chosen instead of the rules in the settings."""

    thresholds: tuple[int, ...]
    forecast: bool
    jumps: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert about a budget. `used_up_on` is the forecast. `usual` is the median of a day, for a jump of `today`."""

    kind: NoticeKind
    threshold: str
    period: str
    percent: float | None = None
    used_up_on: date | None = None
    usual: float | None = None
    today: float | None = None
