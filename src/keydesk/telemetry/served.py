"""The record of a served request for metrics, traces and logs. It contains no ids and no names."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """A served request. `route` is a template such as `/api/litellm/keys/{key_id}`, or `unmatched` without a route.

    `status` is 500 if no response was started. `seconds` is the time until the whole response was sent, or was ready in
    the fast lane.
    """

    method: str
    route: str
    status: int
    seconds: float


OnServed = Callable[[Served], None]
"""An observer of every request. It runs in the task that served the request."""
UNMATCHED = "unmatched"
