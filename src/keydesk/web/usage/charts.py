"""Charts of usage by day as data for ECharts, for every page.

The values of colors, patterns and formats depend on the theme and locale, so `static/charts` adds them. Pure.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from keydesk.usage.models import UsageView
from keydesk.usage.question import Period
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.usage.colors import FAILED, NEUTRAL, Color, colors_of
from keydesk.web.usage.periods import days_of

_MOST_MODELS = 6
"""Further models are drawn as one series."""
Unit = Literal["usd", "count"]
Measure = Literal["spend", "tokens", "requests", "errors"]
_MEASURES: dict[Measure, tuple[str, str, Unit]] = {
    "spend": (N_("Spend by day and model"), "spend", "usd"),
    "tokens": (N_("Tokens by day and model"), "total_tokens", "count"),
    "requests": (N_("Requests by day and model"), "api_requests", "count"),
    "errors": (N_("Failed requests by day and model"), "failed_requests", "count"),
}
"""The title of each measure, its figure in the report, and its unit."""
ByDay = Mapping[dt.date, float]
_Column = tuple[str, Color, ByDay]


@dataclass(frozen=True, slots=True)
class Series:
    """A value for every day, in one color (see `colors`)."""

    name: str
    values: tuple[float, ...]
    color: Color = NEUTRAL


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
    def colors(self) -> dict[str, Color]:
        """Return the color of each series by its name."""
        return {each.name: each.color for each in self.series}

    @property
    def data(self) -> dict[str, Any]:
        """Return the chart as JSON for the script."""
        return {
            "title": self.title,
            "total": _("Total"),
            "unit": self.unit,
            "days": [day.isoformat() for day in self.days],
            "series": [
                {"name": each.name, "color": each.color, "values": each.values} for each in self.series
            ],
        }

    @property
    def rows(self) -> Iterator[DayRow]:
        """Return the chart as table rows, newest day first, without days without usage."""
        for index in reversed(range(len(self.days))):
            values = tuple(each.values[index] for each in self.series)
            if any(values):
                yield DayRow(self.days[index], values, sum(values))


def model_chart(report: UsageView, period: Period, measure: Measure) -> Chart:
    """Return one measure by day, stacked by model."""
    title, figure, unit = _MEASURES[measure]
    return _stacked(_(title), unit, period, _by_model(report, figure))


def spend_chart(report: UsageView, period: Period) -> Chart:
    """Return the spend by day, stacked by model."""
    return model_chart(report, period, "spend")


def tokens_chart(report: UsageView, period: Period) -> Chart:
    """Return input and output tokens by day."""
    days = report.daily_usage
    sent = {day.date: float(day.prompt_tokens) for day in days}
    received = {day.date: float(day.completion_tokens) for day in days}
    series: list[_Column] = [(_("Input"), 1, sent), (_("Output"), 2, received)]
    return _stacked(_("Tokens by day"), "count", period, series)


def requests_chart(report: UsageView, period: Period) -> Chart:
    """Return successful and failed requests by day."""
    days = report.daily_usage
    good = {day.date: float(day.successful_requests) for day in days}
    bad = {day.date: float(day.failed_requests) for day in days}
    series: list[_Column] = [(_("Successful"), 1, good), (_("Failed"), FAILED, bad)]
    return _stacked(_("Requests by day"), "count", period, series)


def _stacked(title: str, unit: Unit, period: Period, series: Sequence[_Column]) -> Chart:
    days = days_of(period)
    return Chart(
        title,
        unit,
        tuple(days),
        tuple(
            Series(name, tuple(round(values.get(day, 0.0), 6) for day in days), color)
            for name, color, values in series
            if any(values.values())
        ),
    )


def _by_model(report: UsageView, figure: str) -> list[_Column]:
    """Return the largest models of the period, largest first, and one neutral series for all others."""
    series: dict[str, dict[dt.date, float]] = defaultdict(lambda: defaultdict(float))
    for day in report.daily_by_model:
        series[day.model][day.date] += getattr(day, figure)
    ranked = sorted(series, key=lambda model: (-sum(series[model].values()), model))
    most = _MOST_MODELS if len(ranked) <= _MOST_MODELS else _MOST_MODELS - 1
    colors = colors_of(ranked[:most])
    rest = _added([series[model] for model in ranked[most:]])
    chosen: list[_Column] = [(model, colors[model], series[model]) for model in ranked[:most]]
    return [*chosen, (_("Other models"), NEUTRAL, rest)]


def _added(many: Sequence[ByDay]) -> ByDay:
    total: dict[dt.date, float] = defaultdict(float)
    for values in many:
        for day, value in values.items():
            total[day] += value
    return dict(total)
