"""What deleted and changed keys have spent, and how it is corrected with the spend that LiteLLM records later. Pure.

LiteLLM records spend with a delay. For a key that is deleted right after its last call, some of it is missing. Keydesk
compares it once, when all spend should be recorded. Until then, only the first of several changes counts for as little
as LiteLLM reported: the others count completely, so that nobody spends a budget, deletes the key, and begins again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from keydesk.allowances.spending import exact

RECORDED_AFTER = timedelta(minutes=2)
"""The time after which LiteLLM has recorded all spend of a key. It usually takes seconds."""
SpendByDay = Mapping[tuple[str, date], float]
"""The spend of keys by key id and UTC day."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a key has spent in a window of `days` days, which ends at `ends_at`.

    `most_usd` is the most that it can be, or None without a limit. The key itself still shows `shown_usd` of it.
    """

    change_id: str
    owner: str
    key_id: str
    days: int
    usd: float
    most_usd: float | None
    shown_usd: float
    made_at: datetime
    ends_at: datetime
    settled: bool = False

    def is_due(self, now: datetime) -> bool:
        """Return whether it can be compared with what LiteLLM has recorded."""
        return not self.settled and now - self.made_at >= RECORDED_AFTER


def counted(spent: Iterable[Spent], now: datetime) -> dict[int, Fraction]:
    """Return what counts by the days of the window. `spent` is sorted by time."""
    total: dict[int, Fraction] = {}
    first: str | None = None
    for each in spent:
        usd = each.usd
        if not each.settled and not each.is_due(now):
            first = first or each.change_id
            usd = usd if each.change_id == first or each.most_usd is None else each.most_usd
        total[each.days] = total.get(each.days, Fraction()) + exact(usd)
    return total


def settled(each: Spent, began_at: datetime, by_day: SpendByDay | None) -> Spent:
    """Return what counts finally. Without the recorded spend, it is the most that it can be."""
    most = each.most_usd
    if by_day is None:
        return replace(each, usd=each.usd if most is None else most, settled=True)
    recorded = sum(
        usd for (key_id, day), usd in by_day.items() if key_id == each.key_id and day >= began_at.date()
    )
    missing = max(0.0, recorded - each.shown_usd)
    return replace(each, usd=max(each.usd, missing if most is None else min(most, missing)), settled=True)
