"""What is told of a request once it is answered: never an address with ids in it, never a name."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """`route` is a template such as `/api/litellm/keys/{key_id}`, or `unmatched` for a request no route got.

    `status` is 500 where the answer never began. `seconds` last until the whole answer was sent.
    """

    method: str
    route: str
    status: int
    seconds: float


OnServed = Callable[[Served], None]
"""Told of every request, in the task that served it."""
UNMATCHED = "unmatched"
