"""The cache's counters since the start of the process, as plain integers. `telemetry/figures.py` exports them."""

from collections import Counter
from dataclasses import dataclass, field

from keydesk.litellm import Attempt


@dataclass(slots=True)
class Counters:
    """`stale` entries were served while a refresh ran, and `outage` entries because LiteLLM was unavailable.

    `misses` had to wait for a load. `upstream_calls` counts attempts by `METHOD route-template`.
    """

    hits: int = 0
    stale: int = 0
    outage: int = 0
    misses: int = 0
    refreshes: int = 0
    failures: int = 0
    drops: int = 0
    evictions: int = 0
    upstream_calls: Counter[str] = field(default_factory=Counter)

    def upstream_called(self, attempt: Attempt) -> None:
        """Count one attempt. This is an `on_call` hook of the LiteLLM client."""
        self.upstream_calls[f"{attempt.method} {attempt.route}"] += 1
