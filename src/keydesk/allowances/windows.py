"""The windows of an allowance: the UTC day, the week from Monday, and the month, as LiteLLM resets budgets. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from keydesk.settings import AllowanceRules

_DAY, _WEEK, _MONTH = timedelta(days=1), 7, 30


@dataclass(frozen=True, slots=True)
class Window:
    """`setting` is the field of `AllowanceRules` with its amount. A month counts as 30 days, as in all budgets."""

    setting: str
    days: int

    @property
    def period(self) -> str:
        """Return the budget period with which LiteLLM resets a budget at the same times."""
        return f"{self.days}d"

    def limit(self, rules: AllowanceRules) -> float | None:
        limit: float | None = getattr(rules, self.setting)
        return limit

    def began_at(self, now: datetime) -> datetime:
        """Return when the current window began."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.days == _MONTH:
            return midnight.replace(day=1)
        return midnight - timedelta(days=midnight.weekday()) if self.days == _WEEK else midnight

    def ends_at(self, now: datetime) -> datetime:
        """Return when the current window ends."""
        began_at = self.began_at(now)
        if self.days == _MONTH:
            return (began_at + 31 * _DAY).replace(day=1)
        return began_at + timedelta(days=self.days)


WINDOWS: Sequence[Window] = (
    Window("usd_per_day", 1),
    Window("usd_per_week", _WEEK),
    Window("usd_per_month", _MONTH),
)
