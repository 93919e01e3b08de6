"""Layout of the bar chart of daily spend. The template draws it; the style sheet defines its colors."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from keydesk.web.formats import usd_with

PLOT_HEIGHT = 150
HEIGHT = PLOT_HEIGHT + 30
"""Pixels. The space below the plot is for the days' labels, above it for half a line of text."""
_TOP = 8
_GAP = 0.25
_LINES = 4
_LABELS = 5
_STEPS = (1, 2, 4, 8, 10)
"""The highest grid line is one of these times a power of ten, so that all lines are round amounts."""
_THINNEST = 2.0
_AXIS_GAP, _WIDEST_DIGIT = 10, 8


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
    amount: str
    y: float


@dataclass(frozen=True, slots=True)
class DayLabel:
    day: dt.date
    x: float
    anchor: Literal["middle", "end"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal values are percentages, so that text keeps its size; vertical values are pixels."""

    bars: list[Bar]
    grid: list[GridLine]
    labels: list[DayLabel]
    height: int = HEIGHT
    plot_height: int = PLOT_HEIGHT + _TOP

    @property
    def axis_width(self) -> int:
        """Return the maximum width of the amounts beside the grid lines, in pixels."""
        return _AXIS_GAP + _WIDEST_DIGIT * max(len(line.amount) for line in self.grid)


def spend_chart(spend_by_day: Mapping[dt.date, float], start: dt.date, end: dt.date) -> Chart:
    """Return a bar for every day from `start` to `end`, including days without usage. The last day has a label."""
    days = [start + dt.timedelta(days=offset) for offset in range((end - start).days + 1)]
    top = _round_up(max(spend_by_day.values(), default=0.0))
    slot = 100 / len(days)
    bars = [
        _bar(day, spend_by_day.get(day, 0.0), top, (index * slot, slot)) for index, day in enumerate(days)
    ]
    every = math.ceil(len(days) / _LABELS)
    labelled = range((len(days) - 1) % every, len(days), every)
    labels = [DayLabel(days[index], round((index + 0.5) * slot, 2), "middle") for index in labelled]
    # Centered on its narrow bar, the last label would extend beyond the plot.
    labels[-1] = DayLabel(end, 100.0, "end")
    return Chart(bars, _grid(top), labels)


def _bar(day: dt.date, spend: float, top: float, slot: tuple[float, float]) -> Bar:
    """Return a bar that is visible for any spend above 0."""
    height = max(round(PLOT_HEIGHT * spend / top, 1), _THINNEST) if spend > 0 else 0.0
    left, width = slot
    x = round(left + width * _GAP / 2, 2)
    return Bar(day, spend, x, round(_TOP + PLOT_HEIGHT - height, 1), round(width * (1 - _GAP), 2), height)


def _grid(top: float) -> list[GridLine]:
    step = top / _LINES
    digits = len(f"{step:.10f}".rstrip("0").partition(".")[2])
    decimals = max(2, digits) if digits else 0
    return [
        GridLine(usd_with(decimals if line else 0, step * line), _TOP + PLOT_HEIGHT * (1 - line / _LINES))
        for line in range(_LINES + 1)
    ]


def _round_up(highest: float) -> float:
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in _STEPS if step * power >= highest or step == _STEPS[-1])
