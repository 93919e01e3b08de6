"""Builds responses of LiteLLM's daily activity: rows, and the pages that LiteLLM splits them into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """The usage of one key with one model on one day; every cent is a request of 10 tokens."""

    date: str
    key: str = "key-1"
    model: str = "gpt-4o"
    cents: int = 1
    provider: str = "openai"

    @property
    def metrics(self) -> dict[str, Any]:
        return {
            "spend": self.cents / 100,
            "prompt_tokens": 4 * self.cents,
            "completion_tokens": 6 * self.cents,
            "total_tokens": 10 * self.cents,
            "api_requests": self.cents,
            "successful_requests": self.cents,
            "failed_requests": 0,
            "cache_read_input_tokens": 0,
        }


def total(rows: Sequence[Row]) -> dict[str, Any]:
    every = [row.metrics for row in rows]
    return {name: sum(metrics[name] for metrics in every) for name in (Row("").metrics)}


def page(rows: Sequence[Row], *, of: int = 1, public_names: bool = True, **metadata: Any) -> dict[str, Any]:
    """Return one page of the given rows, with its own totals as LiteLLM returns them."""
    dates = sorted({row.date for row in rows}, reverse=True)
    totals = {f"total_{name.removeprefix('total_')}": value for name, value in total(rows).items()}
    return {
        "results": [_day([row for row in rows if row.date == date], date, public_names) for date in dates],
        "metadata": {**totals, "page": 1, "total_pages": of, "has_more": False, **metadata},
    }


def _day(rows: Sequence[Row], date: str, public_names: bool) -> dict[str, Any]:
    models = _parts(rows, lambda row: row.model)
    breakdown: dict[str, Any] = {
        "models": _parts(rows, lambda row: f"{row.provider}/{row.model}"),
        "providers": _parts(rows, lambda row: row.provider),
        "api_keys": _by_key(rows),
        "endpoints": {},
    }
    if public_names:
        breakdown["model_groups"] = models
    return {"date": date, "metrics": total(rows), "breakdown": breakdown}


def _parts(rows: Sequence[Row], name_of: Callable[[Row], str]) -> dict[str, Any]:
    names = dict.fromkeys(map(name_of, rows))
    grouped = {name: [row for row in rows if name_of(row) == name] for name in names}
    return {
        name: {"metrics": total(some), "metadata": {}, "api_key_breakdown": _by_key(some)}
        for name, some in grouped.items()
    }


def _by_key(rows: Sequence[Row]) -> dict[str, Any]:
    keys = dict.fromkeys(row.key for row in rows)
    return {
        key: {
            "metrics": total([row for row in rows if row.key == key]),
            "metadata": {"key_alias": f"alias of {key}", "team_id": None, "key_exists": True},
        }
        for key in keys
    }
