"""The arithmetic of the benchmarks."""

import math
from collections import Counter

import pytest

from benchmarks.load.figures import figures_of, percentile, ratio, slope


def test_a_percentile_is_a_measured_value() -> None:
    ascending = [float(number) for number in range(1, 101)]
    assert [percentile(ascending, percent) for percent in (0, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([7.0], 99) == 7


def test_an_empty_list_has_no_percentile() -> None:
    assert math.isnan(percentile([], 50))


def test_latencies_are_in_milliseconds_and_only_200_is_a_success() -> None:
    figures = figures_of(2, 0.5, [0.003, 0.001, 0.002], Counter({200: 2, 503: 1}))
    assert (figures.p50, figures.p99) == pytest.approx((2.0, 3.0))
    assert (figures.per_second, figures.failures) == (6.0, 1)


def test_the_slope_of_points_on_a_line_is_that_of_the_line() -> None:
    assert slope([(0, 10), (10, 15), (20, 20)]) == pytest.approx(0.5)
    assert slope([(0, 10), (1, 12), (2, 10)]) == pytest.approx(0)
    assert slope([(3, 1)]) == slope([]) == 0


def test_a_ratio_to_zero_is_not_a_number() -> None:
    assert ratio(3, 2) == 1.5
    assert math.isnan(ratio(3, 0))
