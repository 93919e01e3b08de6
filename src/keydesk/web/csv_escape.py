"""Writes CSV for spreadsheets (RFC 4180, UTF-8), in which no text is taken for a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

from keydesk.usage.csv_file import harmless

Cell = str | int | float | None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return the table with its header. No text in it is a formula (see `harmless`).

    Source: OWASP, "CSV Injection".
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return target.getvalue()
