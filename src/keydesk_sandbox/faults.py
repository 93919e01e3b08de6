"""Faults that can be injected into a running sandbox: latency, errors, outages, by path. Reproducible by a seed."""

import random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

BodyKind = Literal["json", "html", "truncated", "ok_with_error"]


class Fault(BaseModel):
    """A fault on paths that start with `path`.

    `error_rate` is a share from 0 to 1. `body`: LiteLLM's JSON error, an HTML page as from a proxy, truncated JSON,
    or a 200 that contains an error. `outage`: `refuse` returns 503 to everything, `hang` never responds.
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
    """A set of faults and their random seed, as in `PUT /sandbox/faults`."""

    model_config = ConfigDict(extra="forbid")

    seed: int = 0
    faults: list[Fault] = Field(default_factory=list)


class Faults:
    """The active faults; the longest matching path wins. `app.state.faults` is one of these."""

    def __init__(self) -> None:
        self._plan = Plan()
        self._dice = random.Random(0)  # noqa: S311 - repeatable faults, not secrets

    def set(self, *faults: Fault, seed: int = 0) -> None:
        """Replace all faults and restart the random numbers."""
        self.replace(Plan(seed=seed, faults=list(faults)))

    def clear(self) -> None:
        """Remove all faults."""
        self.replace(Plan())

    def replace(self, plan: Plan) -> None:
        """Activate a plan."""
        self._plan = plan
        self._dice = random.Random(plan.seed)  # noqa: S311 - repeatable faults, not secrets

    def for_path(self, path: str) -> Fault | None:
        """Return the fault of a path, or None."""
        matching = [fault for fault in self._plan.faults if path.startswith(fault.path)]
        return max(matching, key=lambda fault: len(fault.path), default=None)

    def delay(self, fault: Fault) -> float:
        """Return the seconds to wait for this call."""
        return fault.latency_seconds + self._dice.random() * fault.jitter_seconds

    def strikes(self, fault: Fault) -> bool:
        """Return whether this call fails."""
        return fault.error_rate > 0 and self._dice.random() < fault.error_rate

    def printed(self) -> dict[str, Any]:
        """Return the plan for `GET /sandbox/faults`."""
        return self._plan.model_dump()
