"""Markdown tables."""

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1) -> str:
    """The first `text_columns` are aligned left, the figures that follow right."""
    figures = len(head) - text_columns
    lines = [head, ["---"] * text_columns + ["---:"] * figures, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def milliseconds(value: float) -> str:
    """Two digits that matter for small values, whole numbers for large ones."""
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - where a digit less is needed
