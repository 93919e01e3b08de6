"""How long a cached value may be served. Pure."""

from dataclasses import dataclass
from enum import Enum

from keydesk.settings import Cache


class Freshness(Enum):
    """How a cached value may be served."""

    FRESH = "served as it is"
    STALE = "served while it is refreshed in the background"
    OLD = "served only if its source is down"
    WORTHLESS = "not served"


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """The ages in seconds up to which a value is fresh, stale, and old."""

    fresh_seconds: float
    stale_seconds: float
    outage_seconds: float

    @classmethod
    def of(cls, settings: Cache) -> "CachePolicy":
        """Return the policy of the settings. If nothing is fresh, nothing is stale."""
        fresh = settings.fresh_seconds
        return cls(fresh, max(fresh, settings.stale_seconds) if fresh else 0.0, settings.outage_seconds)

    def longer(self, times: float) -> "CachePolicy":
        """Return the policy for values that change that many times less often."""
        return CachePolicy(self.fresh_seconds * times, self.stale_seconds * times, self.outage_seconds)

    def fresh_only(self) -> "CachePolicy":
        """Return the policy for rules, with which only fresh values are served."""
        return CachePolicy(self.fresh_seconds, 0.0, 0.0)

    def within(self, max_age_seconds: float) -> "CachePolicy":
        """Return the policy for readers who wait for a newer value than one of this age."""
        fresh = min(self.fresh_seconds, max_age_seconds)
        return CachePolicy(fresh, fresh, self.outage_seconds)

    def freshness(self, age_seconds: float) -> Freshness:
        """Return how a value of this age may be served. A negative age means that the clock was set back."""
        if age_seconds < 0:
            return Freshness.WORTHLESS
        if age_seconds < self.fresh_seconds:
            return Freshness.FRESH
        if age_seconds < self.stale_seconds:
            return Freshness.STALE
        return Freshness.OLD if age_seconds < self.outage_seconds else Freshness.WORTHLESS
