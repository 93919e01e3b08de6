"""Describes a list: its columns, filters, search and usual order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column. `label` is a message id. A column without `value` cannot be sorted.

    `falls_first` sorts in descending order on the first click. `fixed` columns cannot be hidden, and columns that are
    not `usual` are shown only if the reader chooses them.
    """

    name: str
    label: str
    value: Callable[[R], Any] | None = None
    falls_first: bool = False
    fixed: bool = False
    usual: bool = True


def _no_options(_rows: Sequence[object]) -> Mapping[str, str]:
    return {}


def _any_row(_row: object, _value: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Filter(Generic[R]):
    """A filter. An empty value matches every row.

    `options` returns the labels by value for all rows of the list. A filter of another `kind` has no options: the
    reader enters a day or a text, and `hint` is a message id. Lists that a database filters do not need `matches`.
    """

    name: str
    label: str
    options: Callable[[Sequence[R]], Mapping[str, str]] = _no_options
    matches: Callable[[R, str], bool] = _any_row
    kind: Literal["choice", "day", "text"] = "choice"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list. `sort` is a column's name, with `-` for descending order, and `prefix` starts all parameters.

    `searched` returns the text of a row that a search looks in. Without it, the list has filters only. A database
    that searches and sorts a list must use the same values as `searched` and the columns.
    """

    name: str
    columns: tuple[Column[R], ...]
    sort: str
    filters: tuple[Filter[R], ...] = ()
    searched: Callable[[R], str] | None = None
    prefix: str = ""

    @property
    def usual_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.fixed or column.usual)

    @property
    def fixed_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.fixed)

    def value_of(self, column: str) -> Callable[[R], Any] | None:
        """Return the sort value of a column, or None if the list cannot be sorted by it."""
        return next((each.value for each in self.columns if each.name == column), None)
