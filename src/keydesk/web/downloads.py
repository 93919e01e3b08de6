"""Files that browsers save, and CSV for spreadsheets (RFC 4180, UTF-8) in which no text is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from keydesk.usage.csv_file import csv_escape

Cell = str | int | float | None
_FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return the table with its header. No text in it is a formula (see `csv_escape`).

    Source: OWASP, "CSV Injection".
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([csv_escape(cell) for cell in row] for row in rows)
    return target.getvalue()


def file_answer(content: str, name: str) -> Response:
    """`name` is ours, never anybody's input; its ending says the format."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=_FORMATS[name.rpartition(".")[2]])
