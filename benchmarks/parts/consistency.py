"""Read-your-writes with two replicas: a change at one, and a read after it at either."""

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.effort import Effort
from benchmarks.load.connection import Answer, Connection, connect, message
from benchmarks.peers.databases import postgres_database, postgres_version
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.upstream import sandbox

PEOPLE, REPLICAS = 16, 2
_MOST_KEYS = 6
Shown = dict[str, tuple[str, float, bool]]
"""The expected keys of a person, by id: alias, budget, and whether it is blocked."""


@dataclass(frozen=True)
class Consistency:
    """`stale` reads did not show the change before them; `refused` changes were not made, so there was no read."""

    postgres: str
    seconds: float
    pairs: int
    stale: int
    refused: Counter[str]
    changes: Counter[str]


@dataclass
class _Person:
    """A person who makes one change at a time, and knows the expected result."""

    replicas: list[Connection]
    headers: Mapping[str, str]
    chance: random.Random
    keys: Shown = field(default_factory=dict)

    async def change(self) -> tuple[str, int]:
        """Make any change at any replica. Return its name, and the status of the response."""
        kinds = ["generate"] if not self.keys else ["update", "block", "delete"]
        kinds += ["generate"] if len(self.keys) < _MOST_KEYS else []
        kind = self.chance.choice(kinds)
        if kind == "generate":
            return kind, await self._generate()
        return kind, await self._change(self.chance.choice(list(self.keys)), kind)

    async def sees_it(self) -> bool:
        """Return whether any replica shows the expected result."""
        said = await self._ask("GET", "/keys")
        if said.status != HTTPStatus.OK:
            return False
        seen = {
            key["token"]: (key["key_alias"], key["max_budget"], key["blocked"])
            for key in json.loads(said.content)
        }
        return seen == self.keys

    async def _generate(self) -> int:
        alias, budget = uuid.uuid4().hex, float(self.chance.randint(1, 50))
        body = {"alias": alias, "max_budget": budget, "models": ["gpt-4o-mini"], "duration": "30d"}
        said = await self._ask("POST", "/keys/generate", body)
        if said.status == HTTPStatus.OK:
            self.keys[json.loads(said.content)["token"]] = (alias, budget, False)
        return said.status

    async def _change(self, key: str, kind: str) -> int:
        alias, budget, blocked = self.keys[key]
        # A change of a blocked key makes the block an administrator's, which its owner could not lift.
        kind = "block" if blocked and kind == "update" else kind
        if kind == "delete":
            said = await self._ask("DELETE", f"/keys/{key}")
            changed = None
        elif kind == "block":
            said = await self._ask("POST", f"/keys/{key}/{'unblock' if blocked else 'block'}")
            changed = (alias, budget, not blocked)
        else:
            budget = float(self.chance.randint(51, 100))
            said = await self._ask("POST", f"/keys/{key}/update", {"max_budget": budget})
            changed = (alias, budget, blocked)
        if said.status == HTTPStatus.OK:
            self.keys.pop(key)
            self.keys |= {key: changed} if changed else {}
        return said.status

    async def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        content = json.dumps(body).encode() if body else b""
        request = message(method, f"{API}{path}", self.headers, content)
        return await self.chance.choice(self.replicas).exchange(request)


async def measure_consistency(folder: Path, effort: Effort) -> Consistency:
    """Make this many pairs of a change and a read, by several people in parallel."""
    names = tuple(f"writer-{number}" for number in range(PEOPLE))
    with ExitStack() as stack:
        gateway = stack.enter_context(sandbox(folder, "fast"))
        database_url = stack.enter_context(postgres_database())
        plan = DeskPlan(gateway, database_url, names, folder)
        urls = [stack.enter_context(desk(plan)).url for _ in range(REPLICAS)]
        people = [
            _Person([await connect(url) for url in urls], as_person(token), random.Random(number))  # noqa: S311 - repeatable
            for number, token in enumerate(plan.tokens().values())
        ]
        return await _measured(people, effort.pairs, postgres_version(database_url))


async def _measured(people: list[_Person], pairs: int, postgres: str) -> Consistency:
    remaining = iter(range(pairs))
    changes: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    stale = 0

    async def go_on(person: _Person) -> None:
        nonlocal stale
        for _ in remaining:
            kind, status = await person.change()
            changes[kind] += 1
            if status != HTTPStatus.OK:
                refused[f"{kind}: {status}"] += 1
            stale += not await person.sees_it()

    before = time.perf_counter()
    await asyncio.gather(*(go_on(person) for person in people))
    return Consistency(postgres, time.perf_counter() - before, pairs, stale, refused, changes)
