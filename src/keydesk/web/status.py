"""How things stand with a budget and with a key, in words for people. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from keydesk.keys.models import KeyView

_NEAR_PERCENT = 80.0
_FULL_PERCENT = 100.0
_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of a budget is spent. `percent` ends at 100; `near` and `full` are where its colour changes."""

    spend: float
    budget: float
    percent: float
    near: float = _NEAR_PERCENT
    full: float = _FULL_PERCENT - 0.01

    @property
    def left(self) -> float:
        """What may still be spent, in US dollars."""
        return max(0.0, self.budget - self.spend)


def gauge(spend: float, budget: float | None) -> Gauge | None:
    """The gauge of a budget, or None where there is no limit."""
    if budget is None:
        return None
    percent = 100 * spend / budget if budget > 0 else _FULL_PERCENT
    return Gauge(spend, budget, round(min(max(percent, 0.0), _FULL_PERCENT), 2))


@dataclass(frozen=True, slots=True)
class Standing:
    """`tone` is good, fair (look after it soon), bad (it does not work) or over (its time is past)."""

    word: str
    tone: Literal["good", "fair", "bad", "over"]


def standing_of(key: KeyView, now: datetime) -> Standing:
    """The first thing to know of a key: why it does not work, else what will soon stop it."""
    spent = gauge(key.spend, key.max_budget)
    ends = key.expires_at
    if key.blocked:
        return Standing("blocked", "bad")
    if ends is not None and ends <= now:
        return Standing("expired", "over")
    if spent and spent.left == 0:
        return Standing("over budget", "bad")
    if spent and spent.percent >= _NEAR_PERCENT:
        return Standing("nearly spent", "fair")
    if ends is not None and ends - now < _SOON:
        return Standing("expires soon", "fair")
    return Standing("active", "good")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something about a key that its owner may want to tidy up, or should, if it is `urgent`."""

    word: str
    advice: str
    urgent: bool = False


_MANAGES = Mark(
    "can manage the gateway",
    "It can create keys without a limit. Replace it by a new key and delete it, or ask the platform team to narrow it.",
    urgent=True,
)
_NO_LIMIT = Mark(
    "no limit", "It may spend all of your account's budget, or the team's. Give it a budget of its own."
)
_NO_END = Mark("never expires", "A lost key would work for ever. Give it an end.")
_IDLE = Mark("idle 30 days", "Nobody has used it for 30 days. Delete it if nobody needs it.")
_UNUSED = Mark("never used", "Nobody has ever used it. Delete it if nobody needs it.")
_IDLE_AFTER = timedelta(days=30)
_NEW_FOR = timedelta(days=1)


def hygiene_of(key: KeyView, now: datetime) -> list[Mark]:
    """What to tidy up, by what LiteLLM knows of its last use; a key of today cannot be unused yet."""
    marks = []
    if key.can_manage_gateway:
        marks.append(_MANAGES)
    if key.max_budget is None:
        marks.append(_NO_LIMIT)
    if key.expires_at is None:
        marks.append(_NO_END)
    if key.last_active_at is None and key.spend == 0:
        marks += [_UNUSED] if now - key.created_at > _NEW_FOR else []
    elif key.last_active_at is not None and now - key.last_active_at > _IDLE_AFTER:
        marks.append(_IDLE)
    return marks


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """All there is to say about a key. `gauge` is None for one without a budget of its own."""

    standing: Standing
    gauge: Gauge | None
    marks: list[Mark]


def key_standing(key: KeyView, now: datetime) -> KeyStanding:
    return KeyStanding(standing_of(key, now), gauge(key.spend, key.max_budget), hygiene_of(key, now))
