"""Writes objects as CSV, some at a time, so that a file of any length needs little memory."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from keydesk.usage.csv_file import csv_escape, csv_text

M = TypeVar("M", bound=BaseModel)


async def csv_parts(shape: type[M], batches: AsyncIterator[list[M]]) -> AsyncIterator[str]:
    """Yield the header with the fields of the shape, then the rows of each batch."""
    names = tuple(shape.model_fields)
    yield csv_text([names])
    async for batch in batches:
        yield csv_text([_cell(getattr(entry, name)) for name in names] for entry in batch)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return csv_escape(" ".join(map(str, value)))
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else csv_escape(value)
