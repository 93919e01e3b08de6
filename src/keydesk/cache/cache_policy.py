"""For how long a snapshot counts. Pure."""

from dataclasses import dataclass
from enum import Enum

from keydesk.settings import Cache


class Freshness(Enum):
    """What a snapshot is good for."""

    FRESH = "served without asking"
    STALE = "served while it is asked for again in the background"
    OLD = "served only if LiteLLM cannot be reached"
    WORTHLESS = "not served"


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Ages in seconds up to which a snapshot is of a standing."""

    fresh_seconds: float
    stale_seconds: float
    outage_seconds: float

    @classmethod
    def of(cls, settings: Cache) -> "CachePolicy":
        """As the settings say. Without freshness nothing is stale."""
        fresh = settings.fresh_seconds
        return cls(fresh, max(fresh, settings.stale_seconds) if fresh else 0.0, settings.outage_seconds)

    def longer(self, times: float) -> "CachePolicy":
        """For what changes so many times less often."""
        return CachePolicy(self.fresh_seconds * times, self.stale_seconds * times, self.outage_seconds)

    def fresh_only(self) -> "CachePolicy":
        """For rules: what is no longer fresh is asked for again, and waited for."""
        return CachePolicy(self.fresh_seconds, 0.0, 0.0)

    def standing(self, age_seconds: float) -> Freshness:
        """A negative age comes from a clock that was set back, and says nothing."""
        if age_seconds < 0:
            return Freshness.WORTHLESS
        if age_seconds < self.fresh_seconds:
            return Freshness.FRESH
        if age_seconds < self.stale_seconds:
            return Freshness.STALE
        return Freshness.OLD if age_seconds < self.outage_seconds else Freshness.WORTHLESS
