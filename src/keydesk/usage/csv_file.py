"""A table as CSV (RFC 4180, UTF-8). Texts that a spreadsheet would take for a formula are made harmless."""

import csv
import io

from keydesk.usage.export import Table, Value

MEDIA_TYPE = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take these too


def csv_file(table: Table) -> bytes:
    content = io.StringIO(newline="")
    writer = csv.writer(content)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([*map(harmless, row[: table.texts]), *row[table.texts :]])
    return content.getvalue().encode()


def harmless(text: Value) -> Value:
    """The text with an apostrophe before it where it begins like a formula: aliases are whatever people typed."""
    return f"'{text}" if isinstance(text, str) and text.lstrip(" ").startswith(_FORMULA) else text
