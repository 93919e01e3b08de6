"""The status of a budget and of a key, in the reader's language. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from keydesk.keys.models import KeyView
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_NEAR_PERCENT = 80.0
_FULL_PERCENT = 100.0
_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gauge:
    """The spent share of a budget. `percent` is at most 100; `near` and `full` are the thresholds of its colors."""

    spend: float
    budget: float
    percent: float
    near: float = _NEAR_PERCENT
    full: float = _FULL_PERCENT - 0.01

    @property
    def left(self) -> float:
        """The remaining budget in US dollars."""
        return max(0.0, self.budget - self.spend)


def gauge(spend: float, budget: float | None) -> Gauge | None:
    """Return the gauge of a budget, or None without a limit."""
    if budget is None:
        return None
    percent = 100 * spend / budget if budget > 0 else _FULL_PERCENT
    return Gauge(spend, budget, round(min(max(percent, 0.0), _FULL_PERCENT), 2))


@dataclass(frozen=True, slots=True)
class Status:
    """`tone` is good, fair (needs attention soon), bad (does not work) or over (expired).

    `is_about_expiry` is True if the key's expiration is the reason.
    """

    word: str
    tone: Literal["good", "fair", "bad", "over"]
    is_about_expiry: bool = False


def status_of(key: KeyView, now: datetime) -> Status:
    """Return why a key does not work, else what will soon stop it, else active."""
    spent = gauge(key.spend, key.max_budget)
    ends = key.expires_at
    if key.blocked:
        return Status(_("blocked"), "bad")
    if ends is not None and ends <= now:
        return Status(_("expired"), "over", is_about_expiry=True)
    if spent and spent.left == 0:
        return Status(_("over budget"), "bad")
    if spent and spent.percent >= _NEAR_PERCENT:
        return Status(_("near budget"), "fair")
    if ends is not None and ends - now < _SOON:
        return Status(_("expires soon"), "fair", is_about_expiry=True)
    return Status(_("active"), "good")


@dataclass(frozen=True, slots=True)
class Mark:
    """An improvement that a key's owner can make, or should make if it is `urgent`."""

    word: str
    advice: str
    urgent: bool = False


_MANAGES = Mark(
    N_("can manage the gateway"),
    N_(
        "This key can create keys without limits. "
        "Replace it with a new key and delete it, or ask the platform team to restrict it."
    ),
    urgent=True,
)
_NO_LIMIT = Mark(
    N_("no limit"), N_("This key can spend the whole budget of your account or team. Set a budget.")
)
_NO_END = Mark(N_("never expires"), N_("A lost key would work forever. Set an expiration."))
_IDLE = Mark(
    N_("unused for 30 days"),
    N_("Not used for 30 days. Delete the key if it is no longer needed."),
)
_UNUSED = Mark(N_("never used"), N_("Never used. Delete the key if it is not needed."))
_IDLE_AFTER = timedelta(days=30)
_NEW_FOR = timedelta(days=1)


def hygiene_of(key: KeyView, now: datetime) -> list[Mark]:
    """Return the improvements, based on the last use in LiteLLM. A key from today does not count as unused."""
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
    return [Mark(_(mark.word), _(mark.advice), mark.urgent) for mark in marks]


class KeyPolicy(Protocol):
    """What the policy for lifetimes means for a key, such as `keys.lifetime.KeyPolicy`."""

    @property
    def is_violated(self) -> bool: ...

    @property
    def marks(self) -> list[Mark]: ...


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Status, budget and marks of a key. `gauge` is None for a key without a budget."""

    status: Status
    gauge: Gauge | None
    marks: list[Mark]


def key_status(key: KeyView, now: datetime, policy: KeyPolicy | None = None) -> KeyStatus:
    marks = [*(policy.marks if policy else ()), *hygiene_of(key, now)]
    return KeyStatus(status_of(key, now), gauge(key.spend, key.max_budget), marks)
