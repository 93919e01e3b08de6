"""Pages of activity of the whole gateway: spend by model and key, and by person or team and key."""

from msgspec import MsgspecError, Struct, ValidationError, field, json

from keydesk.litellm.shapes.activity import Breakdown, KeyActivity, Metrics, Parts
from keydesk.litellm.shapes.activity_page import Day, Totals, models_of, without_nulls

Cell = tuple[str, str]
"""A model and a token hash, or a person or team and a token hash."""


class _Breakdown(Breakdown, frozen=True):
    entities: Parts = field(default_factory=dict)


class _Day(Day, frozen=True):
    breakdown: _Breakdown = _Breakdown()


class _Page(Struct, frozen=True):
    days: tuple[_Day, ...] = field(default=(), name="results")
    metadata: Totals = Totals()


class SpendPage(Struct, frozen=True):
    """One page. `entities` are people or teams, by LiteLLM's id."""

    models: dict[Cell, Metrics]
    entities: dict[Cell, Metrics]
    keys: dict[str, KeyActivity]
    total: Metrics
    total_pages: int


_PAGE = json.Decoder(_Page)


def read_spend_page(content: bytes) -> SpendPage:
    """Parse a page of a single day. Raises msgspec.MsgspecError."""
    try:
        page = _PAGE.decode(content)
    except ValidationError:
        page = _PAGE.decode(json.encode(without_nulls(json.decode(content))))
    if len(page.days) > 1:
        raise MsgspecError("more than one day in the response for one day")
    day = page.days[0] if page.days else None
    return SpendPage(
        models=_cells(models_of(day)) if day else {},
        entities=_cells(day.breakdown.entities) if day else {},
        keys=day.breakdown.keys if day else {},
        total=page.metadata.metrics,
        total_pages=page.metadata.total_pages,
    )


def _cells(parts: Parts) -> dict[Cell, Metrics]:
    return {(name, token): key.metrics for name, part in parts.items() for token, key in part.keys.items()}
