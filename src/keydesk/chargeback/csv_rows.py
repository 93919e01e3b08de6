"""Writes the rows of statements as CSV, some at a time. The checksum of a closed statement is that of its own file."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from keydesk.chargeback.models import Line, Rules
from keydesk.chargeback.policy import plain, usd_of
from keydesk.usage.csv_file import csv_escape, csv_text

COLUMNS = (
    *("month", "date", "corrects", "cost_center", "team_id", "team", "user_id", "person"),
    *("key_id", "key", "model", "prompt_tokens", "completion_tokens", "requests", "spend_usd"),
)
IN_CURRENCY = ("currency", "rate", "spend")


@dataclass(frozen=True, slots=True)
class Layout:
    """The optional columns of a file: labels, a second currency, and the state of the statement of each row."""

    labels: tuple[str, ...] = ()
    has_currency: bool = False
    has_state: bool = False

    @classmethod
    def of(cls, rules: Rules) -> Self:
        """Return the layout of the file of one statement, which its checksum depends on."""
        return cls(rules.labels, rules.currency is not None)

    @classmethod
    def of_several(cls, rules: Sequence[Rules]) -> Self:
        """Return the layout of a file of several statements, which has the columns of each."""
        labels = dict.fromkeys(label for each in rules for label in each.labels)
        return cls(tuple(labels), any(each.currency for each in rules), has_state=True)

    @property
    def columns(self) -> tuple[str, ...]:
        labels = tuple(f"label_{label}" for label in self.labels)
        return (
            COLUMNS
            + labels
            + (IN_CURRENCY if self.has_currency else ())
            + (("state",) if self.has_state else ())
        )


def values(line: Line, layout: Layout) -> tuple[Any, ...]:
    """Return the values of a row: texts, whole numbers, and amounts as decimals. None for no amount."""
    cell, amounts = line.cell, line.amounts
    return (
        *(line.month, line.day.isoformat(), line.corrects or "", line.cost_center, cell.team_id, line.team),
        *(cell.user_id, line.person, cell.key_id, line.key, cell.model),
        *(amounts.prompt_tokens, amounts.completion_tokens, amounts.requests, usd_of(amounts.spend)),
        *(str(line.labels.get(label, "")) for label in layout.labels),
        *(_in_currency(line) if layout.has_currency else ()),
        *((line.state,) if layout.has_state else ()),
    )


def _in_currency(line: Line) -> tuple[Any, ...]:
    rules, usd = line.rules, usd_of(line.amounts.spend)
    if rules.currency is None or rules.rate is None:
        return ("", None, None)
    return (rules.currency, rules.rate, (usd * rules.rate).quantize(usd))


async def csv_parts(batches: AsyncIterator[list[Line]], layout: Layout) -> AsyncIterator[str]:
    """Yield the header, then the rows of each batch."""
    yield text_of([layout.columns])
    async for batch in batches:
        yield text_of(values(line, layout) for line in batch)


def text_of(rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV, protected against formula injection."""
    return csv_text([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    return csv_escape(value) if isinstance(value, str | None) else plain_number(value)


def plain_number(value: Any) -> str:
    return str(value) if isinstance(value, int) else plain(value)
