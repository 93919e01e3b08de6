"""What is Keydesk's own: the upstream calls a route costs, and the time it takes longer than these calls alone.

Measured with a sandbox as fast as it is, which counts the calls: a slow gateway would hide milliseconds.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.desk import desk
from benchmarks.load import Effort, Figures, in_turn
from benchmarks.routes import Route
from benchmarks.stage import Stage, answer, staged
from benchmarks.subjects import straight_upstream, through_keydesk
from benchmarks.upstream import Sandbox, sandbox

_REPEATED = 10


@dataclass(frozen=True)
class OwnPart:
    """`first` are the calls of a desk's first request of all; `repeated` is the average of those that follow."""

    route: Route
    first: dict[str, int]
    repeated: float
    keydesk: Figures
    straight: Figures
    cpu_seconds: float

    @property
    def cpu_milliseconds(self) -> float:
        """Processor time of the Keydesk process for one request."""
        return 1000 * self.cpu_seconds / (self.keydesk.requests + self.keydesk.warm_up)

    @property
    def milliseconds(self) -> float:
        """At the median, with one connection."""
        return self.keydesk.percentile(50) - self.straight.percentile(50)


async def measure_own_part(folder: Path, effort: Effort) -> list[OwnPart]:
    """One a route."""
    with sandbox(folder, "fast") as gateway:
        async with staged(gateway, folder) as stage:
            return [await _own_part(stage, gateway, route, effort) for route in stage.routes]


async def _own_part(stage: Stage, gateway: Sandbox, route: Route, effort: Effort) -> OwnPart:
    """With a key desk that has just been started."""
    with desk(stage.plan) as program:
        ask = partial(answer, program)
        first = await _calls(gateway, ask, [stage.request(route)])
        repeated = await _calls(gateway, ask, [stage.request(route) for _ in range(_REPEATED)])
        cpu_before = program.cpu_seconds()
        async with (
            through_keydesk(route, program.url, stage.headers(route), 1) as ours,
            straight_upstream(route, gateway, 1) as straight,
        ):
            figures = await in_turn(ours[0], straight[0], effort)
        cpu_seconds = program.cpu_seconds() - cpu_before
    return OwnPart(route, first, sum(repeated.values()) / _REPEATED, *figures, cpu_seconds)


async def _calls(
    gateway: Sandbox, ask: Callable[[bytes], Awaitable[bytes]], requests: Sequence[bytes]
) -> dict[str, int]:
    """The upstream calls that the requests lead to."""
    gateway.forget_calls()
    for request in requests:
        await ask(request)
    return gateway.calls()
