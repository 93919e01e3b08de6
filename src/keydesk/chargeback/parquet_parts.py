"""Writes the rows of statements as Apache Parquet, some at a time. Amounts are decimals with nine places."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

from keydesk.chargeback.csv_rows import Layout, values
from keydesk.chargeback.models import Line

_ROW_GROUP = 20_000
_DECIMALS = {"spend_usd": (18, 9), "rate": (16, 8), "spend": (24, 9)}
_INTEGERS = {"prompt_tokens", "completion_tokens", "requests"}


class _Sink(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        part = bytes(content)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def parquet_parts(batches: AsyncIterator[list[Line]], layout: Layout) -> AsyncIterator[bytes]:
    """Yield the file in parts, one for each group of rows and the index at the end."""
    from pyarrow import parquet  # noqa: PLC0415 - optional, and slow to load

    sink, schema = _Sink(), _schema(layout.columns)
    writer = parquet.ParquetWriter(sink, schema)
    pending: list[Sequence[Any]] = []
    async for batch in batches:
        pending += [values(line, layout) for line in batch]
        if len(pending) >= _ROW_GROUP:
            await asyncio.to_thread(writer.write_table, _table(pending, schema))
            pending = []
            yield sink.taken()
    if pending:
        writer.write_table(_table(pending, schema))
    writer.close()
    yield sink.taken()


def _schema(names: Sequence[str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - optional, and slow to load

    def type_of(name: str) -> Any:
        if name in _DECIMALS:
            return pa.decimal128(*_DECIMALS[name])
        return pa.int64() if name in _INTEGERS else pa.string()

    return pa.schema([(name, type_of(name)) for name in names])


def _table(rows: Sequence[Sequence[Any]], schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - optional, and slow to load

    by_column = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(by_column, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
