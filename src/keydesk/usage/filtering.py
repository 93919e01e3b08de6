"""Filters days by model, key and team. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from keydesk.usage.figures import Cells, Columns, DayCells, DayFigures, Vector, columns, sum_of, summed
from keydesk.usage.names import Names
from keydesk.usage.question import UsageFilters
from keydesk.usage.subjects import StoredDay

Row = tuple[int, int, Vector]
"""A model or provider, a key, and their figures."""


def filtered(days: Sequence[StoredDay], names: Names, filters: UsageFilters) -> list[StoredDay]:
    """Return the days with matching figures only, without days that have none. The days must have cells.

    LiteLLM does not report which provider served a model, so days filtered by model have no providers.
    """
    models = {number for number, name in enumerate(names.models) if filters.model in {None, name}}
    keys = {
        number
        for number, key in enumerate(names.keys)
        if filters.key in {None, key.key_id} and filters.team in {None, key.team_id}
    }
    return [cut for day in days if (cut := _cut(day, models, keys, with_providers=filters.model is None))]


def rows(cells: Cells) -> list[Row]:
    vectors = zip(*cells.figures.columns, strict=True)
    return list(zip(cells.parts, cells.figures.of, vectors, strict=True))


def _cut(day: StoredDay, models: set[int], keys: set[int], *, with_providers: bool) -> StoredDay | None:
    assert day.cells is not None  # noqa: S101 - filters request cells
    used = [row for row in rows(day.cells.models) if row[0] in models and row[1] in keys]
    if not used:
        return None
    by_provider = [row for row in rows(day.cells.providers) if row[1] in keys] if with_providers else []
    by_key = _columns((key, vector) for _, key, vector in used)
    figures = DayFigures(
        total=sum_of(vector for _, _, vector in used),
        models=_columns((model, vector) for model, _, vector in used),
        keys=by_key,
        key_models=[[model for model, key, _ in used if key == number] for number in by_key.of],
        providers=_columns((provider, vector) for provider, _, vector in by_provider),
    )
    return replace(day, figures=figures, cells=DayCells(_cells(used), _cells(by_provider)))


def _columns(entries: Iterable[tuple[int, Vector]]) -> Columns:
    return columns(summed(entries).items())


def _cells(found: Sequence[Row]) -> Cells:
    return Cells([part for part, _, _ in found], columns((key, vector) for _, key, vector in found))
