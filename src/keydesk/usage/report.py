"""Encodes usage as the JSON of a UsageView. Pure.

A year of forty models is 15,000 JSON objects. They are written directly from the columns, without a pydantic model
for each. `models` describes their members.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import msgspec
from msgspec import Struct

from keydesk.usage.figures import FIGURES, Columns, Sums, Vector, sum_of
from keydesk.usage.subjects import StoredDay, UsageData

Json = dict[str, Any]
_COUNTS = FIGURES[1:]


class _ModelDay(Struct, gc=False):
    total_tokens: int
    prompt_tokens: int
    completion_tokens: int
    api_requests: int
    successful_requests: int
    failed_requests: int
    date: str
    spend: float
    model: str


class Money:
    """Shows or hides spend. Hidden spend and percentages are 0, because together they would reveal a hidden budget."""

    def __init__(self, *, hidden: bool) -> None:
        self.hidden = hidden

    def shown(self, figures: Vector, spend: str = "total_spend") -> Json:
        """Return the figures by name. `spend` is the name of the spend member."""
        return {**dict(zip(_COUNTS, figures[1:], strict=True)), spend: 0.0 if self.hidden else figures[0]}


def report_json(usage: UsageData, money: Money) -> bytes:
    """Return the JSON of a UsageView."""
    days = [(day.figures, day.day.isoformat()) for day in usage.days]
    report = {
        **money.shown(sum_of(day.total for day, _ in days)),
        "daily_usage": [{**money.shown(day.total, "spend"), "date": date} for day, date in days],
        "daily_by_model": [
            each for day, date in days for each in _model_days(usage, day.models, date, money)
        ],
        "usage_by_model": dict(sorted(_by_model(usage, money))),
        "usage_by_key": dict(_by_key(usage, money)),
        "complete": usage.complete,
        "as_of": usage.as_of,
    }
    return msgspec.json.encode(report)


def _model_days(usage: UsageData, models: Columns, date: str, money: Money) -> Iterator[_ModelDay]:
    names = map(usage.names.models.__getitem__, models.of)
    spend = repeat(0.0) if money.hidden else models.spend
    return map(
        _ModelDay,
        models.total_tokens,
        models.prompt_tokens,
        models.completion_tokens,
        models.api_requests,
        models.successful_requests,
        models.failed_requests,
        repeat(date),
        spend,
        names,
    )


def _by_model(usage: UsageData, money: Money) -> Iterator[tuple[str, Json]]:
    sums = Sums(day.figures.models for day in usage.days)
    for number in sums.seen:
        yield usage.names.models[number], money.shown(sums.of(number))


def _by_key(usage: UsageData, money: Money) -> Iterator[tuple[str, Json]]:
    sums = Sums(day.figures.keys for day in usage.days)
    used = _models_of_keys(usage.days)
    for number in sorted(sums.seen):
        key = usage.names.keys[number]
        models = sorted(usage.names.models[model] for model in used[number])
        described = {"key_alias": key.alias, "team_id": key.team_id, "models": models}
        yield key.key_id, money.shown(sums.of(number)) | described


def _models_of_keys(days: Iterable[StoredDay]) -> dict[int, set[int]]:
    used: dict[int, set[int]] = defaultdict(set)
    for day in days:
        for key, models in zip(day.figures.keys.of, day.figures.key_models, strict=True):
            used[key].update(models)
    return used
