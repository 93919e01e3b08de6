"""A day's figures in columns, under numbers instead of names: small to keep, and quick to add up. Pure.

Figures come in the order of `FIGURES`; spend is in US dollars. Days are made from what LiteLLM told and never changed.
"""

import operator
from collections.abc import Callable, Iterable
from functools import reduce
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
    """For each number in `of`, a figure in every column."""

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
    """A day as a whole and in parts. Models and providers are in the order of their names.

    `key_models` are the models each of the keys used.
    """

    total: Vector
    models: Columns
    keys: Columns
    key_models: list[list[int]]
    providers: Columns


class Cells(Struct, array_like=True, frozen=True):
    """Figures of parts (models, or providers) and keys together: the part is `parts[n]`, the key `figures.of[n]`."""

    parts: list[int]
    figures: Columns


class DayCells(Struct, array_like=True, frozen=True):
    """The finest that LiteLLM tells of a day; needed only to look for some keys or models."""

    models: Cells
    providers: Cells


class Sums:
    """Figures added up by number."""

    def __init__(self, size: int) -> None:
        self.columns: tuple[list[float], ...] = tuple([value] * size for value in NOTHING)
        self.seen: set[int] = set()

    def add(self, more: Columns) -> None:
        self.seen.update(more.of)
        # Column by column: the tight loops are what a year of figures costs.
        for sums, column in zip(self.columns, more.columns, strict=True):
            for number, value in zip(more.of, column, strict=True):
                sums[number] += value

    def of(self, number: int) -> Vector:
        return tuple(column[number] for column in self.columns)  # type: ignore[return-value] # seven columns


def columns(entries: Iterable[tuple[int, Vector]]) -> Columns:
    """Columns of figures by number."""
    listed = list(entries)
    by_column = zip(*(vector for _, vector in listed), strict=True) if listed else [()] * len(FIGURES)
    return Columns([number for number, _ in listed], *map(list, by_column))


def summed(entries: Iterable[tuple[Name, Vector]]) -> dict[Name, Vector]:
    """Figures of the same name added up."""
    sums: dict[Name, Vector] = {}
    for name, vector in entries:
        sums[name] = _plus(sums[name], vector) if name in sums else vector
    return sums


def sum_of(vectors: Iterable[Vector]) -> Vector:
    return reduce(_plus, vectors, NOTHING)


def day_figures(day: ActivityDay, names: Names) -> DayFigures:
    """The day in columns. Names that are new get a number."""
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
    """The day in its finest parts."""
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
