"""What was used and what it cost, by day. Figures of the same thing add up; key hashes are never printed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered

F = TypeVar("F", "Metrics", "KeyActivity", "ModelActivity")


class Metrics(Answered):
    """US dollars, tokens, requests."""

    spend: float = 0.0
    total_tokens: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    api_requests: int = 0
    successful_requests: int = 0
    failed_requests: int = 0

    def __add__(self, other: "Metrics") -> "Metrics":
        return Metrics.model_construct(
            spend=self.spend + other.spend,
            total_tokens=self.total_tokens + other.total_tokens,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            api_requests=self.api_requests + other.api_requests,
            successful_requests=self.successful_requests + other.successful_requests,
            failed_requests=self.failed_requests + other.failed_requests,
        )


class KeyActivity(Answered):
    """What one key used. The alias and team are those LiteLLM remembers, also of keys deleted since."""

    metrics: Metrics = Metrics()
    key_alias: str | None = None
    team_id: str | None = None

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**data, **(data.get("metadata") or {})}

    def __add__(self, other: "KeyActivity") -> "KeyActivity":
        return self.model_copy(update={"metrics": self.metrics + other.metrics})


class ModelActivity(Answered):
    """What one model was used for, and by which keys (by token hash)."""

    metrics: Metrics = Metrics()
    keys: dict[str, KeyActivity] = Field(
        default_factory=dict, repr=False, validation_alias=AliasChoices("api_key_breakdown", "keys")
    )

    def __add__(self, other: "ModelActivity") -> "ModelActivity":
        return ModelActivity.model_construct(
            metrics=self.metrics + other.metrics, keys=added(self.keys, other.keys)
        )


class ActivityDay(Answered):
    """One day in UTC. `models` goes by public name, `keys` by token hash, `providers` by LiteLLM's name.

    Where LiteLLM does not tell public names, `models` goes by the provider's (`openai/gpt-4o`).
    """

    date: dt.date
    metrics: Metrics = Metrics()
    models: dict[str, ModelActivity] = Field(default_factory=dict)
    keys: dict[str, KeyActivity] = Field(default_factory=dict, repr=False)
    providers: dict[str, Metrics] = Field(default_factory=dict)

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        if "breakdown" not in data:
            return data
        breakdown = data["breakdown"] or {}
        providers = breakdown.get("providers") or {}
        return {
            "date": data.get("date"),
            "metrics": data.get("metrics"),
            "models": breakdown.get("model_groups") or breakdown.get("models"),
            "keys": breakdown.get("api_keys"),
            "providers": {name: figures.get("metrics") or {} for name, figures in providers.items()},
        }

    def __add__(self, other: "ActivityDay") -> "ActivityDay":
        return ActivityDay.model_construct(
            date=self.date,
            metrics=self.metrics + other.metrics,
            models=added(self.models, other.models),
            keys=added(self.keys, other.keys),
            providers=added(self.providers, other.providers),
        )


class Activity(Answered):
    """Days in ascending order, each once; days without use are absent.

    `complete` is False when the figures could not be shown to be whole: LiteLLM's pages moved while they were
    read, or they do not add up to their own totals. `truncated_keys` is True when LiteLLM left keys out of
    the breakdowns by key; the other figures hold them all the same.
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
