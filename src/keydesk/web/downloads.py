"""File downloads, and CSV for spreadsheets (RFC 4180, UTF-8) with protection against formula injection."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from keydesk.usage.csv_file import csv_escape

Cell = str | int | float | None
_FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return the table with its header. Text is escaped with `csv_escape`.

    Source: OWASP, "CSV Injection".
    """
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([csv_escape(cell) for cell in row] for row in rows)
    return target.getvalue()


def file_answer(content: str, name: str) -> Response:
    """Return a download. `name` must not contain user input; its extension determines the media type."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=_FORMATS[name.rpartition(".")[2]])
