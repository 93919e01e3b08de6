"""Two thousand connections that mostly read, sometimes change data, and record what they received."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.resilience.soak.figures import Phase
from tests.resilience.soak.wire import Reply, Wire

READS = ("/user/info", "/keys", "/keys", "/models", "/teams", "/usage", "/config", "/health")
OK = 200


@dataclass
class Crowd:
    """`given` are the ids of created keys, `deleted` those whose deletion was confirmed.

    While `changes` is off, they only read. `unsure` are changes that were neither confirmed nor rejected.
    """

    host: str
    port: int
    tokens: Sequence[str] = field(repr=False)
    pause_seconds: float
    write_share: float = 0.05
    changes: bool = True
    phase: Phase = field(default_factory=lambda: Phase("warm-up"))
    given: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    dice: random.Random = field(default_factory=lambda: random.Random(20260131))  # noqa: S311 - repeatable
    _pace_changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set_pause(self, pause_seconds: float) -> None:
        """Set the average pause of each connection, also of those that pause now."""
        self.pause_seconds = pause_seconds
        self._pace_changed.set()
        self._pace_changed = asyncio.Event()

    async def live(self, connections: int) -> None:
        """Run until cancelled. Connections start spread over the first two pauses."""
        await asyncio.gather(*(self._one(number) for number in range(connections)))

    async def _one(self, number: int) -> None:
        wire = Wire(self.host, self.port)
        token = self.tokens[number % len(self.tokens)]
        own: list[str] = []
        turn = 0
        while True:
            await self._pause()
            turn += 1
            if self.changes and self.dice.random() < self.write_share:
                await self._write(wire, token, own, f"soak-{number}-{turn}")
            else:
                self.phase.note(await wire.ask("GET", self.dice.choice(READS), token), is_write=False)

    async def _pause(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self.dice.uniform(0, 2 * self.pause_seconds)):
                    await self._pace_changed.wait()
            except TimeoutError:
                return

    async def _write(self, wire: Wire, token: str, own: list[str], alias: str) -> None:
        if own and self.dice.random() < 0.5:
            key_id = own.pop()
            self.unsure.add(key_id)
            reply = await wire.ask("DELETE", f"/keys/{key_id}", token)
            if reply.status == OK:
                self.unsure.discard(key_id)
                self.deleted.add(key_id)
        else:
            reply = await wire.ask("POST", "/keys/generate", token, {"alias": alias, "max_budget": 1.0})
            if reply.status == OK:
                own.append(_key_id(reply))
                self.given.add(own[-1])
        self.phase.note(reply, is_write=True)


def _key_id(reply: Reply) -> str:
    found: str = json.loads(reply.body)["token"]
    return found
