"""Writes tables as Apache Parquet. pyarrow is a separate extra because of its size, fifty times that of Keydesk."""

import io
from typing import Any

from keydesk.kit.problems import FormatUnavailable
from keydesk.usage.export import Table

MEDIA_TYPE = "application/vnd.apache.parquet"
_INTEGERS_FROM = 1


def check_parquet() -> None:
    """Raise FormatUnavailable if pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415 - optional, and slow to load
    except ImportError:
        raise FormatUnavailable("parquet", extra="parquet") from None


def parquet_file(table: Table) -> bytes:
    """Return the file. Raises FormatUnavailable if pyarrow is not installed."""
    check_parquet()
    import pyarrow as pa  # noqa: PLC0415 - optional, and slow to load
    from pyarrow import parquet  # noqa: PLC0415 - likewise

    schema = pa.schema(list(zip(table.columns, _types(table, pa), strict=True)))
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    content = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), content)
    return content.getvalue()


def _types(table: Table, pa: Any) -> list[Any]:
    numbers = len(table.columns) - table.texts - _INTEGERS_FROM
    return [pa.string()] * table.texts + [pa.float64()] + [pa.int64()] * numbers
