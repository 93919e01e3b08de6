"""Usage reports for tests, in one line."""

import datetime as dt
from typing import Any

from keydesk.usage.models import DayView, KeyTotalView, ModelDayView, TotalView, UsageView

NOW = dt.datetime(2026, 11, 18, 14, 30, tzinfo=dt.UTC)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


def counts(requests: int = 1, failed: int = 0, tokens: int = 30) -> dict[str, Any]:
    return {
        "total_tokens": tokens,
        "prompt_tokens": tokens // 3,
        "completion_tokens": tokens - tokens // 3,
        "api_requests": requests,
        "successful_requests": requests - failed,
        "failed_requests": failed,
    }


def key_total(spend: float, **fields: Any) -> KeyTotalView:
    plain: dict[str, Any] = {"key_alias": "laptop", "team_id": None, "models": []}
    return KeyTotalView(total_spend=spend, **plain | counts() | fields)


def report(
    daily_by_model: list[tuple[int, str, float]], keys: dict[str, KeyTotalView] | None = None
) -> UsageView:
    """A report of these days, models and amounts; each with one request of thirty tokens."""
    by_day: dict[dt.date, float] = {}
    by_model: dict[str, float] = {}
    for number, model, spend in daily_by_model:
        by_day[day(number)] = by_day.get(day(number), 0.0) + spend
        by_model[model] = by_model.get(model, 0.0) + spend
    return UsageView(
        total_spend=sum(by_day.values()),
        **counts(len(daily_by_model), tokens=30 * len(daily_by_model)),
        daily_usage=[DayView(date=at, spend=spend, **counts()) for at, spend in by_day.items()],
        daily_by_model=[
            ModelDayView(date=day(number), model=model, spend=spend, **counts())
            for number, model, spend in daily_by_model
        ],
        usage_by_model={model: TotalView(total_spend=spend, **counts()) for model, spend in by_model.items()},
        usage_by_key=keys or {},
        complete=True,
        as_of=NOW,
    )


def without_money(report: UsageView) -> UsageView:
    """The report for a person to whom the budget is hidden."""
    days = [day.model_copy(update={"spend": 0.0}) for day in report.daily_usage]
    models = [day.model_copy(update={"spend": 0.0}) for day in report.daily_by_model]
    by_model = {
        name: total.model_copy(update={"total_spend": 0.0}) for name, total in report.usage_by_model.items()
    }
    shown = {"daily_usage": days, "daily_by_model": models, "usage_by_model": by_model}
    return report.model_copy(update={"total_spend": 0.0, **shown})
