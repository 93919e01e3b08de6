"""If Keydesk is killed at any moment, no key stays without an owner, and no change without an audit entry.

KEYDESK_KILL_ROUNDS is the number of kills (200 takes some minutes), KEYDESK_KILL_SEED selects their times.
"""

import asyncio
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import delete

from keydesk.audit.entries import Entry, Kind
from keydesk.audit.verifying import Verification
from keydesk.container.resources import Resources
from keydesk.container.services import build_services
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.kit.clock import utc_now
from keydesk.server.serving import free_port
from keydesk.settings import Settings
from keydesk.storage.tables import leases
from keydesk_sandbox import SandboxConfig, create_sandbox
from tests.resilience.audit.mortality import Moment, Reaper
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Visitor
from tests.support.desk.people import Scene
from tests.support.peers.commands import Command, start_command
from tests.support.upstream.address import Upstream, real_is_required
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Person, token_of
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.long]
ROUNDS = int(os.environ.get("KEYDESK_KILL_ROUNDS", "12" if real_is_required() else "4"))
SEED = int(os.environ.get("KEYDESK_KILL_SEED", "20260131"))
MASTER_KEY = "sk-" + "killed-while-writing-0123456789"
PEOPLE = ("alice", "bob", "carol", "jane")


@dataclass
class Answers:
    """The responses before the kill: created keys and deleted keys."""

    given: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set, repr=False)
    deleted: set[str] = field(default_factory=set)


async def test_no_key_stays_without_an_owner(empty_database: str, tmp_path: Path) -> None:
    reaper = Reaper(
        create_sandbox(SandboxConfig(database=tmp_path / "sandbox.db", master_key=SecretStr(MASTER_KEY)))
    )
    dice = random.Random(SEED)  # noqa: S311 - moments that can be repeated
    answers = Answers()
    with served(reaper) as url:
        surroundings = Surroundings(Upstream("sandbox", url, MASTER_KEY), empty_database)
        scene = surroundings.troupe.next_scene()
        settings = surroundings.settings(directory={"people": scene.directory()})
        config = _written(settings, tmp_path)
        for number in range(ROUNDS):
            with _running(config) as (process, address):
                reaper.arm(process, Moment.drawn(dice))
                await _busy_until_death(process, address, scene, answers, number)
        await _reconciled(settings)
        async with gateway_of(surroundings.upstream) as gateway:
            await _check(settings, gateway, scene, answers)


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


async def _busy_until_death(
    process: Command, address: str, scene: Scene, answers: Answers, number: int
) -> None:
    async with httpx2.AsyncClient(base_url=address, timeout=30, trust_env=False) as http:
        await _live(process, http)
        with suppress(httpx2.TransportError):
            await asyncio.gather(*(_busy(http, scene, name, answers, number) for name in PEOPLE))
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


async def _busy(http: httpx2.AsyncClient, scene: Scene, name: str, answers: Answers, number: int) -> None:
    """Create, update, block and delete keys until the process is killed."""
    person = scene.user_id(name)
    token = (await http.post("/api/litellm/demo/sign-in", json={"person": person})).json()["token"]
    visitor = Visitor(http, Person(person, ""), token)
    for turn in range(1000):
        made = await visitor.post("/keys/generate", alias=f"{name}-{number}-{turn}", max_budget=1.0)
        if made.status_code != 200:
            continue
        key = made.json()
        answers.given.add(key["token"])
        answers.secrets.add(key["key"])
        await visitor.post(f"/keys/{key['token']}/update", rpm_limit=turn + 1)
        await visitor.post(f"/keys/{key['token']}/block")
        if turn % 2:
            gone = await visitor.delete(f"/keys/{key['token']}")
            if gone.status_code == 200:
                answers.deleted.add(key["token"])


async def _reconciled(settings: Settings) -> None:
    """Run the job for intents that are two minutes old. By then the leases of the killed process have expired."""
    async with (resources := Resources(settings, utc_now)).closing:
        async with resources.database.writing() as connection:
            await connection.execute(delete(leases))
        await build_services(resources).reconcile_intents.apply(timedelta(seconds=-1))
        assert await resources.audit.abandoned(timedelta()) == []


async def _check(settings: Settings, gateway: Gateway, scene: Scene, answers: Answers) -> None:
    async with (resources := Resources(settings, utc_now)).closing:
        assert (await Verification(resources.audit_store).run()).fault is None
        log = Changes([entry async for entry in resources.audit_store.entries()])
        live = {
            resources.key_ids.of(key.token_hash): key
            for name in PEOPLE
            for key in await resources.gateway.keys.list(user_id=scene.user_id(name))
        }
    for key_id, key in live.items():
        assert log.outcome(str(key.metadata[INTENT_MEMBER])) == ("succeeded", key_id)
        assert not key.blocked or key_id in log.done("blocked")
    for name in PEOPLE:
        account = await gateway.get("/v2/user/info", user_id=scene.user_id(name))
        assert account.status == 404 or scene.user_id(name) in log.done("created")
    assert answers.given
    assert answers.given - log.done("deleted") <= live.keys()
    assert answers.deleted <= log.done("deleted")
    assert log.done("deleted").isdisjoint(live)
    text = str(log.entries)
    assert not any(secret in text or token_of(secret) in text for secret in (*answers.secrets, MASTER_KEY))


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
