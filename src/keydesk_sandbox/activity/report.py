"""Builds LiteLLM's nested activity response from rows: by day, then by model, key, provider and entity."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from keydesk_sandbox.activity.metrics import Metrics
from keydesk_sandbox.rows import Row

Json = dict[str, Any]
Describe = Callable[[str], Json]

_FACETS: Final[dict[str, Callable[[Row], str]]] = {
    "models": lambda row: row["model"] or "unknown-model",
    "model_groups": lambda row: row["model_group"] or "unknown-model-group",
    "providers": lambda row: row["provider"] or "unknown",
    "endpoints": lambda row: row["endpoint"],
    "api_keys": lambda row: row["api_key"] or "unattributed",
}


class Group:
    """One named entry of a breakdown: its own figures and those of each key in it."""

    __slots__ = ("keys", "metrics")

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.keys: defaultdict[str, Metrics] = defaultdict(Metrics)

    def add(self, row: Row) -> None:
        """Add one activity row."""
        self.metrics.add(row)
        self.keys[row["api_key"] or "unattributed"].add(row)


class Day:
    """One date of the response."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.facets: dict[str, defaultdict[str, Group]] = {
            name: defaultdict(Group) for name in (*_FACETS, "entities")
        }

    def add(self, row: Row, entity: str | None) -> None:
        """Add one activity row; without an entity it is not broken down by entity."""
        self.metrics.add(row)
        for facet, name_of in _FACETS.items():
            name = name_of(row)
            if name:
                self.facets[facet][name].add(row)
        if entity is not None:
            self.facets["entities"][entity].add(row)


def days_of(found: Iterable[Row], entity_of: Callable[[Row], str | None]) -> tuple[dict[str, Day], Metrics]:
    """Group rows by date, in their order; return the totals of exactly these rows too."""
    days: defaultdict[str, Day] = defaultdict(Day)
    totals = Metrics()
    for row in found:
        days[row["date"]].add(row, entity_of(row))
        totals.add(row)
    return days, totals


def printed_day(date: str, day: Day, key_metadata: Describe, entity_metadata: Describe) -> Json:
    """Return one entry of `results`."""
    breakdown: Json = {"mcp_servers": {}}
    for facet, groups in day.facets.items():
        describe = entity_metadata if facet == "entities" else _nothing
        if facet == "api_keys":
            breakdown[facet] = {
                name: {"metrics": group.metrics.printed(), "metadata": key_metadata(name)}
                for name, group in groups.items()
            }
            continue
        breakdown[facet] = {
            name: {
                "metrics": group.metrics.printed(),
                "metadata": describe(name),
                "api_key_breakdown": {
                    key: {"metrics": metrics.printed(), "metadata": key_metadata(key)}
                    for key, metrics in group.keys.items()
                },
            }
            for name, group in groups.items()
        }
    return {"date": date, "metrics": day.metrics.printed(), "breakdown": {**breakdown, "guardrails": {}}}


def _nothing(_name: str) -> Json:
    return {}
