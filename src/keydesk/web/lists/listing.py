"""Describes a list: its columns, filters, search and usual order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

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


@dataclass(frozen=True, slots=True)
class Filter(Generic[R]):
    """A filter. `options` returns the labels by value for all rows of the list; an empty value matches every row."""

    name: str
    label: str
    options: Callable[[Sequence[R]], Mapping[str, str]]
    matches: Callable[[R, str], bool]


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list. `sort` is a column's name, with `-` for descending order, and `prefix` starts all parameters."""

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
