"""Turns LiteLLM's daily activity into a usage report. Pure."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from keydesk.litellm import Activity, ActivityDay, KeyActivity, Metrics
from keydesk.usage.models import DayView, KeyTotalView, ModelDayView, TotalView, UsageView

View = TypeVar("View", bound=TotalView)


def usage_report(activity: Activity, key_id: Callable[[str], str], as_of: datetime) -> UsageView:
    """The report. `key_id` gives the id people see for LiteLLM's hash of a key."""
    days = activity.days
    return UsageView(
        **_total(activity.total),
        daily_usage=[DayView(date=day.date, **_day(day.metrics)) for day in days],
        daily_by_model=[
            ModelDayView(date=day.date, model=model, **_day(used.metrics))
            for day in days
            for model, used in sorted(day.models.items())
        ],
        usage_by_model=_by_model(days),
        usage_by_key={key_id(token_hash): view for token_hash, view in _by_key(days).items()},
        complete=activity.complete,
        as_of=as_of,
    )


def without_spend(report: UsageView) -> UsageView:
    """The report with every amount of money zeroed: spend and percent together would reveal a hidden budget."""
    return report.model_copy(
        update={
            "total_spend": 0.0,
            "daily_usage": [day.model_copy(update={"spend": 0.0}) for day in report.daily_usage],
            "daily_by_model": [day.model_copy(update={"spend": 0.0}) for day in report.daily_by_model],
            "usage_by_model": _zeroed(report.usage_by_model),
            "usage_by_key": _zeroed(report.usage_by_key),
        }
    )


def _zeroed(views: dict[str, View]) -> dict[str, View]:
    return {name: view.model_copy(update={"total_spend": 0.0}) for name, view in views.items()}


def _day(metrics: Metrics) -> dict[str, Any]:
    return metrics.model_dump()


def _total(metrics: Metrics) -> dict[str, Any]:
    figures = metrics.model_dump()
    return {"total_spend": figures.pop("spend"), **figures}


def _by_model(days: tuple[ActivityDay, ...]) -> dict[str, TotalView]:
    totals: dict[str, Metrics] = defaultdict(Metrics)
    for day in days:
        for model, used in day.models.items():
            totals[model] += used.metrics
    return {model: TotalView(**_total(metrics)) for model, metrics in sorted(totals.items())}


def _by_key(days: tuple[ActivityDay, ...]) -> dict[str, KeyTotalView]:
    totals: dict[str, Metrics] = defaultdict(Metrics)
    described: dict[str, KeyActivity] = {}
    models: dict[str, set[str]] = defaultdict(set)
    for day in days:
        for token_hash, key in day.keys.items():
            totals[token_hash] += key.metrics
            described[token_hash] = key
        for model, used in day.models.items():
            for token_hash in used.keys:
                models[token_hash].add(model)
    return {
        token_hash: KeyTotalView(
            **_total(metrics),
            key_alias=described[token_hash].key_alias,
            team_id=described[token_hash].team_id,
            models=sorted(models[token_hash]),
        )
        for token_hash, metrics in totals.items()
    }
