"""Joins LiteLLM's breakdowns of one day by model and key with those by person or team and key. Pure.

LiteLLM has no route that reports person, team, key and model together. A key nearly always belongs to one person and
one team for a whole day, so that the breakdowns determine the rows. Only for other keys is more needed.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec import structs

from keydesk.litellm.shapes.activity import KeyNames, Metrics, summed
from keydesk.litellm.shapes.spend_page import Cell, SpendPage

UNASSIGNED = "Unassigned"
"""LiteLLM's name for rows without a person or team."""
_NO_KEY = {"", "unattributed"}
ByModel = dict[str, Metrics]
Ask = Callable[[str], Awaitable[Mapping[Cell, Metrics]]]
"""Returns what one person or team spent on the day by model and token hash."""


def token_of(name: str) -> str | None:
    """Return the token hash, or None for LiteLLM's name of calls without a key."""
    return None if name in _NO_KEY else name


@dataclass(slots=True)
class Table:
    """One of LiteLLM's daily tables on one day: figures by model and key, and by entity and key.

    `covers_every_key` is False if the entities of some keys may be missing.
    """

    models: dict[str, ByModel] = field(default_factory=dict)
    entities: dict[str, dict[str, Metrics]] = field(default_factory=dict)
    names: dict[str, KeyNames] = field(default_factory=dict)
    total: Metrics = field(default_factory=Metrics)
    complete: bool = True
    covers_every_key: bool = True

    def add(self, page: SpendPage) -> None:
        self.add_models(page.models)
        _add(self.entities, page.entities)
        self.names |= {token: key.metadata for token, key in page.keys.items()}
        self.total += page.total

    def add_models(self, cells: Mapping[Cell, Metrics]) -> None:
        _add(self.models, cells)

    @property
    def adds_up(self) -> bool:
        models = (metrics for by_model in self.models.values() for metrics in by_model.values())
        return self.complete and _without_failures(summed(models)).agrees_with(_without_failures(self.total))

    def only_entity(self, token: str, whole: Metrics) -> str | None:
        """Return the only entity to which the key's figures, `whole`, belong; None if there are several."""
        found = self.entities.get(token, {})
        if not self.covers_every_key or len(found) != 1:
            return None
        entity, metrics = next(iter(found.items()))
        return entity if metrics.agrees_with(whole) else None

    def all_entities(self) -> set[str]:
        return {entity for found in self.entities.values() for entity in found} - {UNASSIGNED}


def _without_failures(metrics: Metrics) -> Metrics:
    """Return the figures of calls that cost something. LiteLLM has no model for some failed calls."""
    return structs.replace(metrics, api_requests=0, failed_requests=0)


def _add(target: dict[str, dict[str, Metrics]], cells: Mapping[Cell, Metrics]) -> None:
    for (name, token), metrics in cells.items():
        found = target.setdefault(token, {})
        found[name] = found.get(name, Metrics()) + metrics


async def divided(
    by_model: ByModel, token: str, entities: Iterable[str], ask: Ask
) -> list[tuple[str | None, str, Metrics]]:
    """Divide a key's figures between entities. What belongs to none of them has the entity None."""
    rest = dict(by_model)
    parts: list[tuple[str | None, str, Metrics]] = []
    for entity in entities:
        cells = await ask(entity)
        for model in by_model:
            if (metrics := cells.get((model, token))) is not None:
                parts.append((entity, model, metrics))
                rest[model] = less(rest[model], metrics)
    return parts + [
        (None, model, metrics) for model, metrics in rest.items() if not metrics.agrees_with(Metrics())
    ]


def less(one: Metrics, other: Metrics) -> Metrics:
    return Metrics(
        one.spend - other.spend,
        one.total_tokens - other.total_tokens,
        one.prompt_tokens - other.prompt_tokens,
        one.completion_tokens - other.completion_tokens,
        one.api_requests - other.api_requests,
        one.successful_requests - other.successful_requests,
        one.failed_requests - other.failed_requests,
    )
