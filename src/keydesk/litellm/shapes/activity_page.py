"""One page of LiteLLM's activity with its totals. `activity_merging.py` merges pages."""

import datetime as dt
from typing import Any

import msgspec
from msgspec import UNSET, Struct, field

from keydesk.litellm.shapes.activity import ActivityDay, Breakdown, Metrics, Parts, added, summed


class ActivityPage(Struct, frozen=True):
    """A response of `/user/daily/activity` or a similar route. `totals` are those of this page only."""

    days: tuple[ActivityDay, ...] = ()
    totals: Metrics = Metrics()
    total_pages: int = 1
    total_api_keys: int = 0


class Day(Struct, frozen=True):
    date: dt.date
    metrics: Metrics = Metrics()
    breakdown: Breakdown = Breakdown()


class Totals(Struct, frozen=True, rename=lambda name: name if name.startswith("total_") else f"total_{name}"):
    """All totals are named total_<metric>, except total_tokens."""

    spend: float = 0.0
    total_tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    api_requests: int = 0
    successful_requests: int = 0
    failed_requests: int = 0
    total_pages: int = 1
    total_api_keys: int | None = None

    @property
    def metrics(self) -> Metrics:
        return Metrics(
            self.spend,
            self.total_tokens,
            self.prompt_tokens,
            self.completion_tokens,
            self.api_requests,
            self.successful_requests,
            self.failed_requests,
        )


class _Page(Struct, frozen=True):
    days: tuple[Day, ...] = field(default=(), name="results")
    metadata: Totals = Totals()


_PAGE = msgspec.json.Decoder(_Page)
_PARTS = msgspec.json.Decoder(Parts)


def read_page(content: bytes) -> ActivityPage:
    """Parse a page. Raises msgspec.MsgspecError, whose text can contain names but no values.

    Some releases send null instead of 0 or an absent member. The page is then parsed again without nulls, which is
    slower.
    """
    try:
        page = _PAGE.decode(content)
    except msgspec.ValidationError:
        content = msgspec.json.encode(without_nulls(msgspec.json.decode(content)))
        page = _PAGE.decode(content)
    told = page.metadata
    return ActivityPage(
        days=tuple(
            ActivityDay(day.date, day.metrics, models_of(day), day.breakdown.keys, day.breakdown.providers)
            for day in page.days
        ),
        totals=told.metrics,
        total_pages=told.total_pages,
        total_api_keys=told.total_api_keys or 0,
    )


def models_of(day: Day) -> Parts:
    """Return the models by public name unless those are incomplete: some releases omit public names for some calls.

    If they are missing for failed calls only, these keep the name that the caller used.
    """
    groups = day.breakdown.model_groups
    if groups is UNSET or not groups:
        return _PARTS.decode(day.breakdown.qualified)
    if _adds_up(groups, day):
        return groups
    qualified = _PARTS.decode(day.breakdown.qualified)
    failed = {name: part for name, part in qualified.items() if not part.metrics.successful_requests}
    named = added(groups, failed)
    if _adds_up(named, day):
        return named
    return qualified if _adds_up(qualified, day) else groups


def _adds_up(parts: Parts, day: Day) -> bool:
    return summed(part.metrics for part in parts.values()).agrees_with(day.metrics)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
