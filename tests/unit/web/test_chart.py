"""The layout of the chart of daily spend. Needs no browser."""

from datetime import date, timedelta

import pytest

from keydesk.web.chart import PLOT_HEIGHT, spend_chart

END = date(2026, 11, 18)
START = END - timedelta(days=29)


def test_every_day_has_a_bar_even_without_spend() -> None:
    chart = spend_chart({END: 1.0}, START, END)
    assert [bar.day for bar in chart.bars] == [START + timedelta(days=number) for number in range(30)]
    assert [bar.height > 0 for bar in chart.bars] == [False] * 29 + [True]
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in chart.bars)


def test_a_day_with_very_low_spend_is_visible() -> None:
    chart = spend_chart({START: 0.0001, END: 1000.0}, START, END)
    assert chart.bars[0].height >= 2


def test_the_last_label_is_inside_the_chart() -> None:
    labels = spend_chart({}, START, END).labels
    assert (labels[-1].day, labels[-1].x, labels[-1].anchor) == (END, 100, "end")
    assert len(labels) == 5


@pytest.mark.parametrize(
    ("highest", "amounts"),
    [
        (0, "$0 $0.25 $0.50 $0.75 $1.00"),
        (0.0031, "$0 $0.001 $0.002 $0.003 $0.004"),
        (0.97, "$0 $0.25 $0.50 $0.75 $1.00"),
        (1, "$0 $0.25 $0.50 $0.75 $1.00"),
        (9, "$0 $2.50 $5.00 $7.50 $10.00"),
        (31, "$0 $10 $20 $30 $40"),
        (7_000, "$0 $2,000 $4,000 $6,000 $8,000"),
    ],
)
def test_grid_lines_are_round_amounts(highest: float, amounts: str) -> None:
    chart = spend_chart({END: highest}, START, END)
    assert " ".join(line.amount for line in chart.grid) == amounts
    assert chart.bars[-1].height <= PLOT_HEIGHT


def test_a_single_day_can_be_drawn() -> None:
    assert len(spend_chart({END: 1.0}, END, END).bars) == 1


def test_labels_of_small_amounts_fit_beside_the_chart() -> None:
    usual, small = spend_chart({END: 1.0}, START, END), spend_chart({END: 0.000013}, START, END)
    assert small.axis_width > usual.axis_width
