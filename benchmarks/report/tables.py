"""Markdown tables, and formatted figures."""

import math
from collections.abc import Mapping, Sequence

from benchmarks.load.figures import Figures


def table(head: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1) -> str:
    """The first `text_columns` are aligned left, the following figures right."""
    figures = len(head) - text_columns
    lines = [head, ["---"] * text_columns + ["---:"] * figures, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def milliseconds(value: float) -> str:
    """Return two significant digits for small values, whole numbers for large ones."""
    if math.isnan(value):
        return "-"
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - where a digit less is needed


def per_second(figures: Figures) -> str:
    rate = figures.per_second
    return f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"  # noqa: PLR2004 - readable


def times(factor: float) -> str:
    """Return a ratio, as in `120 x`."""
    if math.isnan(factor):
        return "-"
    return f"{factor:,.0f} x" if factor >= 10 else f"{factor:.2f} x"  # noqa: PLR2004 - where a digit less is needed


def counted(calls: Mapping[str, int]) -> str:
    """Return calls by name, as in `2 x GET /key/list`."""
    return ", ".join(f"{number:,} x `{call}`" for call, number in sorted(calls.items())) or "none"
