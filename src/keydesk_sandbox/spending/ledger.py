"""Usage that is not visible in the database yet. Budgets are enforced on both together."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

_RESET_CHECK: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One call, successful or not.

    `entry` is its line in `/spend/logs`, without the derived members. `spend` is USD; `duration_ms` counts towards
    response times of successful calls only.
    """

    at: datetime
    token: str
    user_id: str
    team_id: str
    model: str
    model_group: str
    provider: str
    endpoint: str
    call_type: str
    success: bool
    spend: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    duration_ms: int = 0
    request_id: str = ""
    entry: dict[str, Any] | None = None


class Ledger:
    """Holds usage back for `delay_seconds`, with the pending spend per key, user, team and member."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay = timedelta(seconds=delay_seconds)
        self._waiting: list[Usage] = []
        self._pending: defaultdict[tuple[str, ...], float] = defaultdict(float)
        self._earliest: datetime | None = None
        self._reset_checked_at: datetime | None = None

    def add(self, usage: Usage) -> None:
        """Record a call; its spend counts for budgets from now on."""
        self._waiting.append(usage)
        self._earliest = usage.at if self._earliest is None else min(self._earliest, usage.at)
        for account in _accounts(usage):
            self._pending[account] += usage.spend

    def pending(self, *account: str) -> float:
        """Return the invisible USD of `("key", token)`, `("user", id)`, `("team", id)` or a member."""
        return self._pending.get(account, 0.0)

    def is_due(self, now: datetime) -> bool:
        """Return whether usage becomes visible or budgets must be checked for resets."""
        waiting = self._earliest is not None and self._earliest + self._delay <= now
        return waiting or self.resets_due(now)

    def resets_due(self, now: datetime) -> bool:
        """Return whether the last check for budget resets was more than a second ago."""
        return self._reset_checked_at is None or abs(now - self._reset_checked_at) >= _RESET_CHECK

    def resets_checked(self, now: datetime) -> None:
        """Record that due budgets have been reset."""
        self._reset_checked_at = now

    def take_due(self, now: datetime | None) -> list[Usage]:
        """Remove and return the usage that is due by `now`, or all usage for None."""
        taken, self._waiting = self._waiting, []
        self._pending.clear()
        self._earliest = None
        due = []
        for usage in taken:
            if now is None or usage.at + self._delay <= now:
                due.append(usage)
            else:
                self.add(usage)
        return due


def _accounts(usage: Usage) -> Iterator[tuple[str, ...]]:
    yield ("key", usage.token)
    yield ("user", usage.user_id)
    if usage.team_id:
        yield ("team", usage.team_id)
        yield ("member", usage.team_id, usage.user_id)
