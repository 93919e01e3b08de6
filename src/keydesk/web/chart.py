"""Lays out the bar chart of daily spend. Only numbers: the template draws, the style sheet colours."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 180
_PLOT_LEFT, _PLOT_TOP, _PLOT_BOTTOM = 56, 10, 156
_GAP = 0.25
_LINES = 4
_LABELS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    day: dt.date
    spend: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class GridLine:
    spend: float
    y: float


@dataclass(frozen=True, slots=True)
class DayLabel:
    day: dt.date
    x: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Coordinates in a box of WIDTH by HEIGHT units."""

    bars: list[Bar]
    grid: list[GridLine]
    labels: list[DayLabel]


def spend_chart(spend_by_day: Mapping[dt.date, float], start: dt.date, end: dt.date) -> Chart:
    """A bar for every day from `start` to `end`, those without use included."""
    days = [start + dt.timedelta(days=offset) for offset in range((end - start).days + 1)]
    top = _round_up(max(spend_by_day.values(), default=0.0))
    slot = (WIDTH - _PLOT_LEFT) / len(days)
    plot = _PLOT_BOTTOM - _PLOT_TOP
    bars = []
    for index, day in enumerate(days):
        spend = spend_by_day.get(day, 0.0)
        height = round(plot * spend / top, 1)
        x = round(_PLOT_LEFT + slot * (index + _GAP / 2), 1)
        bars.append(Bar(day, spend, x, _PLOT_BOTTOM - height, round(slot * (1 - _GAP), 1), height))
    grid = [GridLine(top * line / _LINES, _PLOT_BOTTOM - plot * line / _LINES) for line in range(_LINES + 1)]
    labelled = range(0, len(days), max(1, math.ceil(len(days) / _LABELS)))
    labels = [DayLabel(days[index], round(_PLOT_LEFT + slot * (index + 0.5), 1)) for index in labelled]
    return Chart(bars, grid, labels)


def _round_up(highest: float) -> float:
    """The next of 1, 2, 2.5, 5 or 10 times a power of ten, so that the grid lines are round amounts."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next((step * power for step in (1, 2, 2.5, 5) if step * power >= highest), 10 * power)
