"""Runs Keydesk until a gateway kills it, and reconciles what it left."""

import asyncio
import json
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import delete

from keydesk.audit.entries import Entry, Kind
from keydesk.container.resources import Resources
from keydesk.container.services import build_services
from keydesk.kit.clock import utc_now
from keydesk.server.serving import free_port
from keydesk.settings import Settings
from keydesk.storage.tables import leases
from keydesk_sandbox import SandboxConfig, create_sandbox
from tests.resilience.audit.mortality import CALLS_UNTIL_DEATH, Moment, Reaper
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Visitor
from tests.support.desk.people import Scene
from tests.support.peers.commands import Command, start_command
from tests.support.required import real_is_required
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.making import Person
from tests.support.upstream.serving import served

Busy = Callable[[httpx2.AsyncClient, str], Awaitable[None]]
"""What one person does, by name, until Keydesk is killed."""


ROUNDS = int(os.environ.get("KEYDESK_KILL_ROUNDS", "6" if real_is_required() else "4"))
SEED = int(os.environ.get("KEYDESK_KILL_SEED", "20260131"))
MASTER_KEY = "sk-" + "killed-while-writing-0123456789"
PEOPLE = ("alice", "bob", "carol", "jane")


@dataclass(frozen=True)
class Scaffold:
    """A sandbox that kills Keydesk, and the configuration of that Keydesk."""

    upstream: Upstream
    scene: Scene
    settings: Settings
    config: Path
    reaper: Reaper
    dice: random.Random

    async def kill(self, busy: Busy, calls: int = CALLS_UNTIL_DEATH) -> None:
        """Run Keydesk until it is killed at one of the first `calls` changes, while all people are busy."""
        with _running(self.config) as (process, address):
            self.reaper.arm(process, Moment.drawn(self.dice, calls))
            await _busy_until_death(process, address, busy)


@contextmanager
def scaffold(database: str, folder: Path) -> Iterator[Scaffold]:
    sandbox = SandboxConfig(database=folder / "sandbox.db", master_key=SecretStr(MASTER_KEY))
    reaper = Reaper(create_sandbox(sandbox))
    dice = random.Random(SEED)  # noqa: S311 - moments that can be repeated
    with served(reaper) as url:
        surroundings = Surroundings(Upstream("sandbox", url, MASTER_KEY), database)
        scene = surroundings.troupe.next_scene()
        settings = surroundings.settings(directory={"people": scene.directory()})
        config = _written(settings, folder)
        yield Scaffold(surroundings.upstream, scene, settings, config, reaper, dice)


def _written(settings: Settings, folder: Path) -> Path:
    """Write the settings to a file, including secrets. JSON is valid YAML."""

    def plain(value: Any) -> Any:
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    path = folder / "keydesk.yaml"
    path.write_text(json.dumps(settings.model_dump(by_alias=True, exclude_none=True), default=plain))
    return path


@contextmanager
def _running(config: Path) -> Iterator[tuple[Command, str]]:
    port = free_port("127.0.0.1", 0)
    with Path(os.devnull).open("wb") as nowhere:
        process = start_command(
            "serve",
            "--config",
            str(config),
            environment={"KEYDESK_SERVER__PORT": str(port)},
            output=nowhere,
            errors=nowhere,
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=30)


async def _busy_until_death(process: Command, address: str, busy: Busy) -> None:
    async with httpx2.AsyncClient(base_url=address, timeout=30, trust_env=False, verify=CERTIFICATES) as http:
        await _live(process, http)
        with suppress(httpx2.TransportError):
            await asyncio.gather(*(busy(http, name) for name in PEOPLE))
    await asyncio.to_thread(process.wait, 30)


async def _live(process: Command, http: httpx2.AsyncClient) -> None:
    for _ in range(1500):
        assert process.poll() is None, "keydesk ended by itself"
        try:
            if (await http.get("/api/litellm/health/live")).status_code == 200:
                return
        except httpx2.TransportError:
            await asyncio.sleep(0.02)
    pytest.fail("keydesk did not come up")


async def signed_in(http: httpx2.AsyncClient, scene: Scene, name: str) -> Visitor:
    person = scene.user_id(name)
    token = (await http.post("/api/litellm/demo/sign-in", json={"person": person})).json()["token"]
    return Visitor(http, Person(person, ""), token)


async def reconciled(settings: Settings) -> None:
    """Run the job for intents that are two minutes old. By then the leases of the killed process have expired."""
    async with (resources := Resources(settings, utc_now)).closing:
        async with resources.database.writing() as connection:
            await connection.execute(delete(leases))
        await resources.key_secrets.load()
        await build_services(resources).reconcile_intents.apply(timedelta(seconds=-1))
        assert await resources.audit.abandoned(timedelta()) == []


@dataclass(frozen=True)
class Changes:
    """The audit log: each change with its outcome."""

    entries: list[Entry]

    def outcome(self, change_id: str) -> tuple[str | None, str | None]:
        """Return a change's outcome and object."""
        (ending,) = [
            each for each in self.entries if each.change_id == change_id and each.kind == Kind.OUTCOME
        ]
        return ending.outcome, ending.object_id

    def done(self, action: str) -> set[str | None]:
        """Return the objects with this recorded action."""
        return {
            each.object_id
            for each in self.entries
            if (each.kind, each.action, each.outcome) == (Kind.OUTCOME, action, "succeeded")
        }
