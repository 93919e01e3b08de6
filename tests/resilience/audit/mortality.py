"""A gateway that kills Keydesk during a call, and the plan of when."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.peers.commands import Command

_LONGEST_DELAY_SECONDS = 0.02
CALLS_UNTIL_DEATH = 12


@dataclass(frozen=True)
class Moment:
    """Kill just before or after the `call`-th change reaches LiteLLM, after a short delay."""

    call: int
    after: bool
    delay_seconds: float

    @classmethod
    def drawn(cls, dice: random.Random, calls: int = CALLS_UNTIL_DEATH) -> "Moment":
        delay = dice.choice([0.0, dice.uniform(0, _LONGEST_DELAY_SECONDS)])
        return cls(dice.randint(1, calls), dice.random() < 0.5, delay)


class Reaper:
    """Wraps a gateway's application and, once armed, kills at the given moment."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._victim: Command | None = None
        self._moment: Moment | None = None
        self._calls = 0

    def arm(self, victim: Command, moment: Moment) -> None:
        self._victim, self._moment, self._calls = victim, moment, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_change = scope["type"] == "http" and scope["method"] == "POST"
        moment = self._moment
        self._calls += is_change
        if not is_change or moment is None or self._calls != moment.call:
            await self.app(scope, receive, send)
            return
        if not moment.after:
            await self._strike(moment)
        answer: list[Message] = []

        async def held(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, held)
        striking: Any = asyncio.create_task(self._strike(moment)) if moment.after else None
        if moment.after and moment.delay_seconds == 0:
            await striking
        for message in answer:
            await send(message)
        if striking is not None:
            await striking

    async def _strike(self, moment: Moment) -> None:
        await asyncio.sleep(moment.delay_seconds)
        if self._victim is not None:
            self._victim.kill()
            self._victim = None
