"""Faults a sandbox can be given while it runs: latency, errors, outages, by path. Seeded, so repeatable."""

import random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

BodyKind = Literal["json", "html", "truncated", "ok_with_error"]


class Fault(BaseModel):
    """What goes wrong on paths that start with `path`.

    `error_rate` is a share from 0 to 1. `body`: LiteLLM's JSON error, an HTML page as proxies send, JSON
    cut off in the middle, or a 200 that holds an error. `outage`: `refuse` answers 503 to everything,
    `hang` never answers.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = "/"
    latency_seconds: float = Field(0.0, ge=0)
    jitter_seconds: float = Field(0.0, ge=0)
    error_rate: float = Field(0.0, ge=0, le=1)
    status: int = Field(500, ge=400, le=599)
    body: BodyKind = "json"
    retry_after_seconds: int | None = None
    outage: Literal["refuse", "hang"] | None = None


class Plan(BaseModel):
    """A set of faults and the seed of their dice, as `PUT /sandbox/faults` takes it."""

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    faults: list[Fault] = Field(default_factory=list)


class Faults:
    """The faults in force; the longest matching path decides. `app.state.faults` is one of these."""

    def __init__(self) -> None:
        self._plan = Plan()
        self._dice = random.Random(0)  # noqa: S311 - repeatable faults, not secrets

    def set(self, *faults: Fault, seed: int = 0) -> None:
        """Replace all faults and start the dice again."""
        self.replace(Plan(seed=seed, faults=list(faults)))

    def clear(self) -> None:
        """Let everything work again."""
        self.replace(Plan())

    def replace(self, plan: Plan) -> None:
        """Put a plan in force."""
        self._plan = plan
        self._dice = random.Random(plan.seed)  # noqa: S311 - repeatable faults, not secrets

    def for_path(self, path: str) -> Fault | None:
        """Return the fault of a path, or None."""
        matching = [fault for fault in self._plan.faults if path.startswith(fault.path)]
        return max(matching, key=lambda fault: len(fault.path), default=None)

    def delay(self, fault: Fault) -> float:
        """Return the seconds to wait this time."""
        return fault.latency_seconds + self._dice.random() * fault.jitter_seconds

    def strikes(self, fault: Fault) -> bool:
        """Decide whether this call fails."""
        return fault.error_rate > 0 and self._dice.random() < fault.error_rate

    def printed(self) -> dict[str, Any]:
        """Return the plan for `GET /sandbox/faults`."""
        return self._plan.model_dump()
