"""Two releases with one database.

A rolling update, a crash in the middle of it, and the rollback. `tests/deployment/upgrades/older.py` selects the
older one. If it sends its changes to other processes, each sees them immediately, otherwise when this release's cache
expires.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from keydesk.storage.migrate import newest_revision
from tests.deployment.upgrades.older import THIS, Release, older_release
from tests.support.desk.desk import Visitor
from tests.support.desk.office import Office, Running, office_of
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique
from tests.unit.storage.conftest import opened

pytestmark = [pytest.mark.anyio, pytest.mark.older_release]


@dataclass(frozen=True)
class Releases:
    """The same Keydesk, as each of them runs it."""

    older: Office
    newer: Office
    revision: str
    """The older one's schema."""
    tells: bool
    """Whether the older one sends its changes to other processes, and receives theirs."""


@pytest.fixture
def releases(sandbox: Upstream, empty_database: str, tmp_path: Path) -> Releases:
    older = older_release(tmp_path)
    office = office_of(sandbox, empty_database, tmp_path)
    return Releases(older.office(office), THIS.office(office), older.newest_revision(), _tells(older))


def _tells(older: Release) -> bool:
    return older.knows("keydesk.storage.invalidation_bus")


async def schema(url: str) -> str:
    database = opened(url)
    async with database.reading() as connection:
        found = await connection.scalar(text("select version_num from alembic_version"))
    await database.close()
    return str(found)


@dataclass(frozen=True)
class Look:
    """How a change at one release is looked up at the other."""

    at_once: bool

    async def for_key(self, visitor: Visitor, key_id: str, **expected: Any) -> None:
        async def shown() -> dict[str, Any] | None:
            found = [key for key in await visitor.read("/keys") if key["token"] == key_id]
            return {name: found[0][name] for name in expected} if found else None

        wanted = expected or None
        seen = await shown() if self.at_once else await eventually(shown, lambda found: found == wanted)
        assert seen == wanted


async def changes_pass(here: Visitor, there: Visitor, look: Look) -> dict[str, Any]:
    """Make every change of a key, at one release and then at the other. Return the remaining key."""
    issued = await here.issue(unique("laptop"))
    key_id = issued["token"]
    await look.for_key(there, key_id, blocked=False, key_alias=issued["key_alias"])
    await _does(there, "POST", f"/keys/{key_id}/block")
    await look.for_key(here, key_id, blocked=True)
    await _does(here, "POST", f"/keys/{key_id}/unblock")
    await look.for_key(there, key_id, blocked=False)
    renamed = unique("renamed")
    await _does(there, "POST", f"/keys/{key_id}/update", json={"key_alias": renamed})
    await look.for_key(here, key_id, key_alias=renamed)
    gone = await there.issue(unique("phone"))
    await look.for_key(here, gone["token"], key_alias=gone["key_alias"])
    await _does(here, "DELETE", f"/keys/{gone['token']}")
    await look.for_key(there, gone["token"])
    return issued


async def _does(visitor: Visitor, method: str, path: str, **sent: Any) -> None:
    answer = await visitor.call(method, path, **sent)
    assert answer.status_code == 200, answer.text


async def both_ways(older: Running, newer: Running, look: Look) -> list[dict[str, Any]]:
    here, there = await older.arrives("jane"), await newer.arrives("jane")
    assert (await here.read("/user/info"))["user_id"] == (await there.read("/user/info"))["user_id"]
    return [await changes_pass(here, there, look), await changes_pass(there, here, look)]


@asynccontextmanager
async def older_killed_at_the_end(office: Office) -> AsyncIterator[Running]:
    async with office.running() as desk:
        yield desk
        desk.process.kill()
        desk.process.wait()


async def test_a_rolling_update_and_the_rollback(releases: Releases, empty_database: str) -> None:
    older, newer, look = releases.older, releases.newer, Look(releases.tells)
    async with older_killed_at_the_end(older) as first:
        await (await first.arrives("jane")).issue(unique("before"))
        assert await schema(empty_database) == releases.revision
        heads = [older.head()]
        async with newer.running() as second:
            assert await schema(empty_database) == newest_revision()
            await both_ways(first, second, look)
    async with older.running() as restarted, newer.running() as second:
        left = await both_ways(restarted, second, look)
        heads.append(newer.head())
    async with older.running() as alone:
        jane = await alone.arrives("jane")
        assert {key["token"] for key in left} < {key["token"] for key in await jane.read("/keys")}
        await jane.issue(unique("after"))
        heads.append(older.head())
    for office in (older, newer):
        for head in heads:
            assert office.ends("audit", "verify", "--head", head, saying="unbroken") == 0
    async with newer.running() as again:
        olga = await again.arrives("olga")
        logs = (await olga.read("/audit", page_size=100))["audit_logs"]
        assert {log["outcome"] for log in logs if log["action"] in {"created", "blocked", "deleted"}} == {
            "succeeded"
        }
        assert newer.ends("doctor", saying="is up to date") == 0
