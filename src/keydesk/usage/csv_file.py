"""Writes tables as CSV (RFC 4180, UTF-8), protected against formula injection."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from keydesk.usage.export import Table, Value

MEDIA_TYPE = "text/csv; charset=utf-8"
_SIGNS = "=+@＝＋－＠﹢﹣﹦﹫⁺⁼₊₌⩵⩶﬩-"  # noqa: RUF001 - spreadsheets read full-width and small signs too
_LINE_ENDS = "\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_PADDING = '"\x20\xa0\xad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff'
"""Leading characters that spreadsheets ignore, such as quotes and invisible spaces."""
_FORMULA = re.compile(rf"^(?=[{_LINE_ENDS}])|(?:^|(?<=[;|{_LINE_ENDS}]))(?=[{_PADDING}]*[{_SIGNS}])")


def csv_file(table: Table) -> bytes:
    rows = ([*map(csv_escape, row[: table.texts]), *row[table.texts :]] for row in table.rows)
    return (csv_text([table.columns]) + csv_text(rows)).encode()


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV. The texts in them must be escaped already."""
    content = io.StringIO(newline="")
    csv.writer(content).writerows(rows)
    return content.getvalue()


def csv_escape(text: Value) -> Value:
    """Return the text with an apostrophe before every part that a spreadsheet could read as a formula.

    A part begins at the start, after a line break, and after one of the separators `;`, tab and `|`, which split
    cells in some locales. Users choose the names of keys and teams.
    """
    return _FORMULA.sub("'", text) if isinstance(text, str) else text
