"""A day's figures in columns, with numbers instead of names, for compact storage and fast sums. Pure.

Figures are in the order of `FIGURES`; spend is in US dollars. Days are built from LiteLLM's activity and
immutable.
"""

import operator
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import chain
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from keydesk.litellm import ActivityDay, Metrics, PartActivity
from keydesk.usage.names import Names

Name = TypeVar("Name")
FIGURES = Metrics.__struct_fields__
Vector = tuple[float, int, int, int, int, int, int]
NOTHING: Vector = (0.0, 0, 0, 0, 0, 0, 0)


class Columns(Struct, array_like=True, frozen=True):
    """Figures in columns; row n belongs to the number `of[n]`."""

    of: list[int]
    spend: list[float]
    total_tokens: list[int]
    prompt_tokens: list[int]
    completion_tokens: list[int]
    api_requests: list[int]
    successful_requests: list[int]
    failed_requests: list[int]

    @property
    def columns(self) -> tuple[list[float], ...]:
        return astuple(self)[1:]


class DayFigures(Struct, array_like=True, frozen=True):
    """Totals and breakdowns of a day. Models and providers are ordered by name.

    `key_models` are the models of each key.
    """

    total: Vector
    models: Columns
    keys: Columns
    key_models: list[list[int]]
    providers: Columns


class Cells(Struct, array_like=True, frozen=True):
    """Figures by part (model or provider) and key: row n has the part `parts[n]` and the key `figures.of[n]`."""

    parts: list[int]
    figures: Columns


class DayCells(Struct, array_like=True, frozen=True):
    """A day's most detailed figures. They are needed only to filter by key or model, and for exports."""

    models: Cells
    providers: Cells


class Sums:
    """Sums of many days by number. `seen` are the numbers that occur."""

    def __init__(self, days: Iterable[Columns]) -> None:
        by_column = list(zip(*map(astuple, days), strict=True)) or [()] * (1 + len(FIGURES))
        of = list(chain.from_iterable(by_column[0]))
        self.seen = set(of)
        size = max(self.seen, default=-1) + 1
        self._columns = [
            _added(of, column, [start] * size) for column, start in zip(by_column[1:], NOTHING, strict=True)
        ]

    def of(self, number: int) -> Vector:
        return tuple(column[number] for column in self._columns)  # type: ignore[return-value] # seven columns


def _added(of: list[int], columns: Iterable[list[float]], sums: list[float]) -> list[float]:
    # A tight loop per column, because this dominates the cost of a year of figures.
    for number, value in zip(of, chain.from_iterable(columns), strict=True):
        sums[number] += value
    return sums


def columns(entries: Iterable[tuple[int, Vector]]) -> Columns:
    """Return the entries as columns."""
    listed = list(entries)
    by_column = zip(*(vector for _, vector in listed), strict=True) if listed else [()] * len(FIGURES)
    return Columns([number for number, _ in listed], *map(list, by_column))


def summed(entries: Iterable[tuple[Name, Vector]]) -> dict[Name, Vector]:
    """Return the sums of the figures by name."""
    sums: dict[Name, Vector] = {}
    for name, vector in entries:
        sums[name] = _plus(sums[name], vector) if name in sums else vector
    return sums


def sum_of(vectors: Iterable[Vector]) -> Vector:
    return reduce(_plus, vectors, NOTHING)


def day_figures(day: ActivityDay, names: Names) -> DayFigures:
    """Return the day in columns. New names are added to `names`."""
    key_numbers = {token: names.key(token, key.metadata) for token, key in day.keys.items()}
    used: dict[int, list[int]] = {number: [] for number in key_numbers.values()}
    for name, model in sorted(day.models.items()):
        for token in model.keys:
            used.setdefault(key_numbers.get(token, -1), []).append(names.model(name))
    return DayFigures(
        total=astuple(day.metrics),
        models=columns(
            (names.model(name), astuple(part.metrics)) for name, part in sorted(day.models.items())
        ),
        keys=columns((number, astuple(day.keys[token].metrics)) for token, number in key_numbers.items()),
        key_models=[used[number] for number in key_numbers.values()],
        providers=columns(
            (names.provider(name), astuple(part.metrics)) for name, part in sorted(day.providers.items())
        ),
    )


def day_cells(day: ActivityDay, names: Names) -> DayCells:
    """Return the day's most detailed figures."""
    return DayCells(_cells(day.models, names.model, names), _cells(day.providers, names.provider, names))


def _cells(parts: dict[str, PartActivity], number_of: Callable[[str], int], names: Names) -> Cells:
    rows = [
        (number_of(name), names.key(token, key.metadata), astuple(key.metrics))
        for name, part in sorted(parts.items())
        for token, key in part.keys.items()
    ]
    return Cells([part for part, _, _ in rows], columns((key, vector) for _, key, vector in rows))


def _plus(one: Vector, other: Vector) -> Vector:
    return tuple(map(operator.add, one, other))
