"""The usage page's charts as data for ECharts.

Colours, patterns and number formats depend on the theme and locale, so `static/charts.js` adds them. Pure.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from keydesk.usage.models import UsageView
from keydesk.usage.question import Period
from keydesk.web.language import gettext as _
from keydesk.web.usage.periods import days_of

_MOST_MODELS = 6
"""The number of distinguishable patterns; further models are drawn as one series."""
Unit = Literal["usd", "count"]
ByDay = Mapping[dt.date, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One pattern of the chart: a value for every day."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the chart's table: a value for every series, and their sum."""

    day: dt.date
    values: tuple[float, ...]
    total: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A stacked bar chart by day."""

    title: str
    unit: Unit
    days: tuple[dt.date, ...]
    series: tuple[Series, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Return the chart as JSON for the script."""
        return {
            "title": self.title,
            "total": _("Total"),
            "unit": self.unit,
            "days": [day.isoformat() for day in self.days],
            "series": [{"name": each.name, "values": each.values} for each in self.series],
        }

    @property
    def rows(self) -> Iterator[DayRow]:
        """Return the chart as table rows, newest day first, without days without usage."""
        for index in reversed(range(len(self.days))):
            values = tuple(each.values[index] for each in self.series)
            if any(values):
                yield DayRow(self.days[index], values, sum(values))


def spend_chart(report: UsageView, period: Period) -> Chart:
    """Spend by day, stacked by model."""
    return _stacked(_("Spend by day and model"), "usd", period, _by_model(report, "spend"))


def model_tokens_chart(report: UsageView, period: Period) -> Chart:
    """Tokens by day, stacked by model, for reports whose spend is hidden."""
    return _stacked(_("Tokens by day and model"), "count", period, _by_model(report, "total_tokens"))


def tokens_chart(report: UsageView, period: Period) -> Chart:
    """Input and output tokens by day."""
    days = report.daily_usage
    series = {
        _("Input"): {day.date: float(day.prompt_tokens) for day in days},
        _("Output"): {day.date: float(day.completion_tokens) for day in days},
    }
    return _stacked(_("Tokens by day"), "count", period, series)


def requests_chart(report: UsageView, period: Period) -> Chart:
    """Successful and failed requests by day."""
    days = report.daily_usage
    series = {
        _("Successful"): {day.date: float(day.successful_requests) for day in days},
        _("Failed"): {day.date: float(day.failed_requests) for day in days},
    }
    return _stacked(_("Requests by day"), "count", period, series)


def _stacked(title: str, unit: Unit, period: Period, series: Mapping[str, ByDay]) -> Chart:
    days = days_of(period)
    return Chart(
        title,
        unit,
        tuple(days),
        tuple(
            Series(name, tuple(round(values.get(day, 0.0), 6) for day in days))
            for name, values in series.items()
            if any(values.values())
        ),
    )


def _by_model(report: UsageView, figure: str) -> dict[str, ByDay]:
    """Return the largest models of the period, largest first, and one series for all others."""
    series: dict[str, dict[dt.date, float]] = defaultdict(lambda: defaultdict(float))
    for day in report.daily_by_model:
        series[day.model][day.date] += getattr(day, figure)
    ranked = sorted(series, key=lambda model: (-sum(series[model].values()), model))
    most = _MOST_MODELS if len(ranked) <= _MOST_MODELS else _MOST_MODELS - 1
    chosen: dict[str, ByDay] = {model: series[model] for model in ranked[:most]}
    rest = _added([series[model] for model in ranked[most:]])
    return {**chosen, **({_("Other models"): rest} if rest else {})}


def _added(many: Sequence[ByDay]) -> ByDay:
    total: dict[dt.date, float] = defaultdict(float)
    for values in many:
        for day, value in values.items():
            total[day] += value
    return dict(total)
