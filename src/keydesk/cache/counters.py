"""What the snapshots did since the start, as plain numbers. Exports nothing by itself."""

from collections import Counter
from dataclasses import dataclass, field

from keydesk.litellm import Attempt


@dataclass(slots=True)
class Counters:
    """`stale` were served while a refresh ran, `outage` however old because LiteLLM could not be reached.

    `misses` had to wait. `upstream_calls` counts attempts by `METHOD route-template`.
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
        """Count one attempt; the LiteLLM client's `on_call`."""
        self.upstream_calls[f"{attempt.method} {attempt.route}"] += 1
