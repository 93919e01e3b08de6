"""Converts usage to a table with one row per day, model and key, or one row per group. Knows no file format."""

from collections.abc import Iterator
from dataclasses import dataclass

from keydesk.usage.figures import FIGURES, Vector
from keydesk.usage.filtering import rows
from keydesk.usage.grouping import groups
from keydesk.usage.models import GroupBy
from keydesk.usage.report import Money
from keydesk.usage.subjects import UsageData

Value = str | float | None
_FINEST = ("date", "model", "key_id", "key_alias", "team_id")
_GROUPED = ("group", "label")


@dataclass(frozen=True, slots=True)
class Table:
    """The first `texts` columns are strings or None; the others are numbers in the order of `FIGURES`."""

    columns: tuple[str, ...]
    texts: int
    rows: list[tuple[Value, ...]]


def table_of(usage: UsageData, by: GroupBy | None, money: Money) -> Table:
    """Return the table. Without groups, the days must have cells. `money` decides whether spend is shown."""
    if by is None:
        return Table((*_FINEST, *FIGURES), len(_FINEST), list(_finest(usage, money)))
    listed = [(group.group, group.label, *_shown(group.figures, money)) for group in groups(usage, by)]
    return Table((*_GROUPED, *FIGURES), len(_GROUPED), listed)


def _finest(usage: UsageData, money: Money) -> Iterator[tuple[Value, ...]]:
    for day in usage.days:
        assert day.cells is not None  # noqa: S101 - exports request cells
        for model, number, figures in rows(day.cells.models):
            key = usage.names.keys[number]
            texts = (day.day.isoformat(), usage.names.models[model], key.key_id, key.alias, key.team_id)
            yield (*texts, *_shown(figures, money))


def _shown(figures: Vector, money: Money) -> tuple[float, ...]:
    return (0.0, *figures[1:]) if money.hidden else figures
