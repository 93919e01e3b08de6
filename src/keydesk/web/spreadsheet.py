"""Writes CSV for spreadsheets (RFC 4180, UTF-8), in which no text is taken for a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table with its header. Names chosen by people may start as formulas do; a quote before them stops that.

    Source: OWASP, "CSV Injection".
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return target.getvalue()


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    is_formula = cell.startswith(_STARTS_FORMULA) or cell.lstrip().startswith(_STARTS_FORMULA)
    return f"'{cell}" if is_formula else cell
