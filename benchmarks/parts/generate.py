"""The overhead of creating a key compared with the single call to LiteLLM that creates it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import Worker, in_turn
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import askers
from benchmarks.peers.routes import key_generation
from benchmarks.peers.stage import Stage, staged
from benchmarks.peers.straight import straight_upstream
from benchmarks.peers.upstream import upstream


@dataclass(frozen=True)
class Generated:
    upstream: str
    keydesk: Figures
    straight: Figures
    reference: Figures | None
    cpu_seconds: float

    @property
    def over_litellm(self) -> float:
        """Return the overhead in milliseconds at the median."""
        return self.keydesk.p50 - self.straight.p50


async def measure_generate(folder: Path, effort: Effort) -> Generated:
    """Create keys through Keydesk, in LiteLLM directly, and through the reference, in turn."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage, _workers(stage) as workers:
            before = stage.desk.cpu_seconds()
            figures = await in_turn(workers, effort.rounds)
            used = stage.desk.cpu_seconds() - before
            reference = figures[2] if stage.reference else None
            return Generated(gateway.title, figures[0], figures[1], reference, used / effort.rounds)


@asynccontextmanager
async def _workers(stage: Stage) -> AsyncIterator[list[Worker]]:
    route = key_generation(stage.scene)
    ours = repeat(stage.request(route))
    async with (
        askers(stage.desk.url, ours, 1) as keydesk,
        straight_upstream(stage.plan.upstream, [route]) as straight,
    ):
        if stage.reference is None:
            yield [*keydesk, straight]
            return
        async with askers(stage.reference.url, repeat(stage.reference_request(route)), 1) as reference:
            yield [*keydesk, straight, *reference]
