"""Usage and spend by day. Figures can be added. The repr contains no key hashes.

These are msgspec shapes: a year of a large team is 100 MB of JSON, which msgspec parses seven times faster than
pydantic (docs/explanation/decisions.md).
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import UNSET, Raw, Struct, UnsetType, field, structs

F = TypeVar("F", "Metrics", "KeyActivity", "PartActivity")


class Metrics(Struct, frozen=True, gc=False):
    """Spend in US dollars, tokens, and requests."""

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
        """Return whether both have the same figures, within the rounding errors of float sums."""
        return math.isclose(self.spend, other.spend, rel_tol=1e-9, abs_tol=1e-9) and (
            structs.replace(self, spend=0.0) == structs.replace(other, spend=0.0)
        )


class KeyNames(Struct, frozen=True, gc=False):
    """The names of a key. LiteLLM keeps them for many deleted keys."""

    key_alias: str | None = None
    team_id: str | None = None


class KeyActivity(Struct, frozen=True, gc=False):
    """The usage of one key."""

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
    """The usage of one model or provider, and of its keys by token hash."""

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
    """A day's breakdowns in LiteLLM's format. `qualified` has the providers' model names and is read only if needed."""

    model_groups: Parts | UnsetType = UNSET
    qualified: Raw = field(default_factory=lambda: Raw(b"{}"), name="models")
    keys: dict[str, KeyActivity] = field(default_factory=dict, name="api_keys")
    providers: Parts = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Breakdown({len(self.keys)} keys)"


class ActivityDay(Struct, frozen=True):
    """One day in UTC. `models` is by public name, `keys` by token hash, `providers` by LiteLLM's name.

    If LiteLLM returns no public names, `models` is by the provider's name (`openai/gpt-4o`).
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
    """Days in ascending order, each once; days without usage are absent.

    `complete` is False if the figures may be incomplete: rows moved between pages while they were read, or the
    figures do not add up to the totals. `truncated_keys` is True if LiteLLM omitted keys from the breakdowns by
    key; the other figures include them.
    """

    days: tuple[ActivityDay, ...] = ()
    total: Metrics = Metrics()
    pages_read: int = 0
    complete: bool = True
    truncated_keys: bool = False


def added(left: Mapping[str, F], right: Mapping[str, F]) -> dict[str, F]:
    """Return the figures by name, summed for names that occur in both."""
    sums = dict(left)
    for name, figures in right.items():
        sums[name] = sums[name] + figures if name in sums else figures
    return sums
