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
