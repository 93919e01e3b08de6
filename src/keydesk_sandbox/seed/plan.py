"""A plan for generated usage: which keys, how busy, on which days."""

from dataclasses import dataclass
from datetime import date, timedelta

from keydesk_sandbox.models.catalogue import DEFAULT_MODELS, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsage:
    """Usage to generate for one key.

    `token` is its hash. `busyness` is the approximate number of calls on a working day at the end of the period;
    `models` are public names, the first is used most. After `last_day` it is not used.
    """

    token: str
    user_id: str
    team_id: str | None = None
    models: tuple[str, ...] = ("gpt-4o-mini", "gpt-4o")
    busyness: float = 40.0
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """Usage of several keys on `days` days, the last of them `until`. Equal plans make equal rows."""

    keys: tuple[KeyUsage, ...]
    days: int
    until: date
    seed: int = 1
    catalogue: tuple[Model, ...] = DEFAULT_MODELS

    @property
    def dates(self) -> list[date]:
        """Return the days in order."""
        return [self.until - timedelta(days=back) for back in range(self.days - 1, -1, -1)]
