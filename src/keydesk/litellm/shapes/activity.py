"""What was used and what it cost, by day. Figures of the same thing add up; key hashes are never printed.

These shapes are msgspec's: a year of a busy team is a hundred megabytes of JSON, most of it of no use here, and
is read seven times faster than into pydantic's (docs/explanation/decisions.md).
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import UNSET, Raw, Struct, UnsetType, field, structs

F = TypeVar("F", "Metrics", "KeyActivity", "PartActivity")


class Metrics(Struct, frozen=True, gc=False):
    """US dollars, tokens, requests."""

    spend: float = 0.0
    total_tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    api_requests: int = 0
    successful_requests: int = 0
    failed_requests: int = 0

    def __add__(self, other: "Metrics") -> "Metrics":
        return Metrics(
            self.spend + other.spend,
            self.total_tokens + other.total_tokens,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.api_requests + other.api_requests,
            self.successful_requests + other.successful_requests,
            self.failed_requests + other.failed_requests,
        )

    def agrees_with(self, other: "Metrics") -> bool:
        """Whether both say the same, up to the rounding of sums of floats."""
        return math.isclose(self.spend, other.spend, rel_tol=1e-9, abs_tol=1e-9) and (
            structs.replace(self, spend=0.0) == structs.replace(other, spend=0.0)
        )


class KeyNames(Struct, frozen=True, gc=False):
    """How LiteLLM describes a key; it remembers the names of many keys deleted since."""

    key_alias: str | None = None
    team_id: str | None = None


class KeyActivity(Struct, frozen=True, gc=False):
    """What one key used."""

    metrics: Metrics = Metrics()
    metadata: KeyNames = KeyNames()

    @property
    def key_alias(self) -> str | None:
        return self.metadata.key_alias

    @property
    def team_id(self) -> str | None:
        return self.metadata.team_id

    def __add__(self, other: "KeyActivity") -> "KeyActivity":
        return KeyActivity(self.metrics + other.metrics, self.metadata)


class PartActivity(Struct, frozen=True):
    """What one model or provider was used for, and by which keys (by token hash)."""

    metrics: Metrics = Metrics()
    keys: dict[str, KeyActivity] = field(default_factory=dict, name="api_key_breakdown")

    def __add__(self, other: "PartActivity") -> "PartActivity":
        return PartActivity(self.metrics + other.metrics, added(self.keys, other.keys))

    def __repr__(self) -> str:
        return f"PartActivity(metrics={self.metrics!r})"


Parts = dict[str, PartActivity]


def summed(figures: Iterable[Metrics]) -> Metrics:
    return sum(figures, start=Metrics())


class Breakdown(Struct, frozen=True):
    """A day in parts, as LiteLLM names them. `qualified` are the provider's names of models, read only if needed."""

    model_groups: Parts | UnsetType = UNSET
    qualified: Raw = field(default_factory=lambda: Raw(b"{}"), name="models")
    keys: dict[str, KeyActivity] = field(default_factory=dict, name="api_keys")
    providers: Parts = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Breakdown({len(self.keys)} keys)"


class ActivityDay(Struct, frozen=True):
    """One day in UTC. `models` goes by public name, `keys` by token hash, `providers` by LiteLLM's name.

    Where LiteLLM does not tell public names, `models` goes by the provider's (`openai/gpt-4o`).
    """

    date: dt.date
    metrics: Metrics = Metrics()
    models: Parts = field(default_factory=dict)
    keys: dict[str, KeyActivity] = field(default_factory=dict)
    providers: Parts = field(default_factory=dict)

    def __add__(self, other: "ActivityDay") -> "ActivityDay":
        return ActivityDay(
            date=self.date,
            metrics=self.metrics + other.metrics,
            models=added(self.models, other.models),
            keys=added(self.keys, other.keys),
            providers=added(self.providers, other.providers),
        )

    def __repr__(self) -> str:
        return f"ActivityDay({self.date}, {self.metrics!r})"


class Activity(Struct, frozen=True):
    """Days in ascending order, each once; days without use are absent.

    `complete` is False when the figures could not be shown to be whole: LiteLLM's pages moved while they were
    read, or the figures do not add up to the totals told with them. `truncated_keys` is True when LiteLLM left
    keys out of the breakdowns by key; the other figures hold them all the same.
    """

    days: tuple[ActivityDay, ...] = ()
    total: Metrics = Metrics()
    pages_read: int = 0
    complete: bool = True
    truncated_keys: bool = False


def added(left: Mapping[str, F], right: Mapping[str, F]) -> dict[str, F]:
    """Return figures by name, those of the same name added up."""
    sums = dict(left)
    for name, figures in right.items():
        sums[name] = sums[name] + figures if name in sums else figures
    return sums
