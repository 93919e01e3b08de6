"""People visit, read and change data for a while: the growth of the process's memory.

They are random among thousands, so that cache entries are created, expire and are dropped by changes all the time.
"""

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from benchmarks.load.connection import Answer, Connection, connect, message
from benchmarks.load.figures import slope
from benchmarks.peers.desk import API, as_person
from benchmarks.peers.processes import Running

VISITORS = 8
_CHANGE_SHARE = 0.1
_SAMPLE_SECONDS = 1.0


@dataclass(frozen=True)
class Soak:
    """`samples` are seconds since the start and resident MiB; `answers` are by status."""

    seconds: float
    samples: list[tuple[float, float]]
    visits: int
    changes: int
    answers: Counter[int]

    @property
    def settled(self) -> list[tuple[float, float]]:
        """Return the samples of the second half, when the caches have their final size."""
        return self.samples[len(self.samples) // 2 :]

    @property
    def mib_a_minute(self) -> float:
        return 60 * slope(self.settled)

    @property
    def failures(self) -> int:
        return self.answers.total() - self.answers[HTTPStatus.OK]


@dataclass
class _Visits:
    """The visits, and their results."""

    program: Running
    tokens: Sequence[str]
    end: float
    chance: random.Random
    answers: Counter[int] = field(default_factory=Counter)
    visits: int = 0
    changes: int = 0

    async def go_on(self) -> None:
        """Make one visit after another."""
        connection = await connect(self.program.url)
        while time.perf_counter() < self.end:
            headers = as_person(self.chance.choice(self.tokens))
            for path in ("/user/info", "/keys", "/teams"):
                await self._ask(connection, "GET", path, headers)
            if self.chance.random() < _CHANGE_SHARE:
                await self._change(connection, headers)
            self.visits += 1
        connection.close()

    async def _change(self, connection: Connection, headers: dict[str, str]) -> None:
        """Create a key, update it, and delete it again."""
        body = {"alias": uuid.uuid4().hex, "max_budget": 5.0, "models": ["gpt-4o-mini"], "duration": "30d"}
        made = await self._ask(connection, "POST", "/keys/generate", headers, body)
        if made.status == HTTPStatus.OK:
            key = f"/keys/{json.loads(made.content)['token']}"
            await self._ask(connection, "POST", f"{key}/update", headers, {"max_budget": 7.0})
            await self._ask(connection, "DELETE", key, headers)
        self.changes += 1

    async def _ask(
        self, connection: Connection, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> Answer:
        content = json.dumps(body).encode() if body else b""
        said = await connection.exchange(message(method, f"{API}{path}", headers, content))
        self.answers[said.status] += 1
        return said


async def soak(program: Running, tokens: Sequence[str], seconds: float) -> Soak:
    """Run visitors for this time, and measure the memory every second."""
    began = time.perf_counter()
    visits = _Visits(program, tokens, began + seconds, random.Random(2))  # noqa: S311 - repeatable, not secret
    samples: list[tuple[float, float]] = []

    async def look() -> None:
        while (now := time.perf_counter()) < visits.end:
            samples.append((now - began, program.resident_mib()))
            await asyncio.sleep(_SAMPLE_SECONDS)

    await asyncio.gather(look(), *(visits.go_on() for _ in range(VISITORS)))
    return Soak(time.perf_counter() - began, samples, visits.visits, visits.changes, visits.answers)
