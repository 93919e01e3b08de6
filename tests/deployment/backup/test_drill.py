"""The commands of docs/how-to/backup.md.

Back up a running Keydesk, lose it, and restore it or start without a backup.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.deployment.backup.places import Place
from tests.support.desk.desk import Visitor
from tests.support.desk.office import Office, Running
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]


@dataclass
class Keys:
    """Jane's keys as she received them, by her names."""

    jane: Visitor
    gateway: Gateway = field(repr=False)
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def issues(self, *names: str) -> None:
        for name in names:
            self.given[name] = await self.jane.issue(unique(name))

    async def blocks(self, name: str) -> None:
        answer = await self.jane.post(f"/keys/{self.given[name]['token']}/block")
        assert answer.status_code == 200, answer.text

    async def are_blocked_in_litellm(self, name: str) -> None:
        answer = await self.gateway.post("/key/block", key=token_of(self.given[name]["key"]))
        assert answer.status == 200, answer

    async def statuses_of_unblocking(self, jane: Visitor, *names: str) -> list[int]:
        answers = [await jane.post(f"/keys/{self.given[name]['token']}/unblock") for name in names]
        return [answer.status_code for answer in answers]


async def key_ids(jane: Visitor) -> set[str]:
    return {key["token"] for key in await jane.read("/keys")}


async def audited_keys(desk: Running) -> set[str | None]:
    """Return the created keys in the audit log."""
    olga = await desk.arrives("olga")
    logs = (await olga.read("/audit", action="created", page_size=100))["audit_logs"]
    return {log["object_id"] for log in logs}


@asynccontextmanager
async def busy(keys: Keys) -> AsyncIterator[None]:
    """Create keys one after another during the block, and some before and after it."""

    async def work(number: int = 0) -> None:
        while True:
            await keys.issues(f"busy-{number}")
            number += 1

    async def some_more() -> None:
        so_far = len(keys.given)
        while len(keys.given) < so_far + 3:
            assert not working.done(), working
            await asyncio.sleep(0.01)

    working = asyncio.create_task(work())
    await some_more()
    yield
    await some_more()
    working.cancel()
    await asyncio.wait([working])


async def test_a_keydesk_under_load_is_backed_up_and_restored(
    office: Office, place: Place, gateway: Gateway
) -> None:
    async with office.running() as desk:
        keys = Keys(await desk.arrives("jane"), gateway)
        await keys.issues("laptop", "desktop", "tablet")
        await keys.blocks("laptop")
        await keys.are_blocked_in_litellm("desktop")
        wanted = {"team_alias": "Search", "models": ["gpt-4o"], "max_budget": 5.0}
        team = await (await desk.arrives("olga")).post("/teams", **wanted)
        assert team.status_code == 200, team.text
        before, recorded = office.head(), {keys.given[name]["token"] for name in ("laptop", "tablet")}
        async with busy(keys):
            await asyncio.to_thread(place.back_up)
        await keys.blocks("tablet")
        await keys.issues("phone")
        since, live = office.head(), await key_ids(keys.jane)
        assert await audited_keys(desk) >= recorded | {keys.given["phone"]["token"]}
    place.restore()

    assert office.ends("doctor", saying="is up to date") == 0
    assert office.ends("audit", "verify", saying="unbroken") == 0
    assert office.ends("audit", "verify", "--head", before, saying="unbroken") == 0
    assert office.ends("audit", "verify", "--head", since, saying="truncated") == 1
    async with office.running() as desk:
        jane = await desk.arrives("jane")
        assert await key_ids(jane) == live
        assert (await gateway.chat(keys.given["phone"]["key"])).status == 200
        assert await keys.statuses_of_unblocking(jane, "laptop", "desktop", "tablet") == [200, 403, 403]
        (shown,) = await (await desk.arrives("olga")).read("/teams/managed")
        assert shown["team_alias"] == "Search"
        found = await audited_keys(desk)
        assert found >= recorded
        assert keys.given["phone"]["token"] not in found
        keys.jane = jane
        await keys.issues(*(f"later-{number}" for number in range(len(keys.given))))
    assert office.ends("audit", "verify", "--head", before, saying="unbroken") == 0
    assert office.ends("audit", "verify", "--head", since, saying="differs from the head") == 1
    assert office.ends("accounts", "plan") == 0


async def test_a_backup_restored_with_another_secret_is_detected_before_the_start(
    office: Office, place: Place
) -> None:
    async with office.running() as desk:
        await (await desk.arrives("jane")).issue(unique("laptop"))
        place.back_up()
    place.restore()
    other = {"KEYDESK_SECRET": "another-secret-of-the-tests-0123456789"}
    mistaken = replace(office, environment=office.environment | other)
    assert mistaken.ends("doctor", saying="FAILED  audit log: was written with a different secret") == 1
    assert office.ends("doctor", saying="audit log: ends with entry") == 0


async def test_a_session_that_ended_after_the_backup_stays_ended(office: Office, place: Place) -> None:
    async with office.running() as desk:
        jane = PortalVisitor(desk.http, str(desk.http.base_url))
        await jane.sign_in("jane")
        assert (await jane.get("/keys")).status_code == 200
        session = jane.cookie()
        place.back_up()
        await jane.post("/sign-out", at="/keys")
    place.restore()
    async with office.running() as desk:
        desk.http.cookies.set("keydesk_session", str(session))
        assert (await desk.http.get("/keys")).headers["location"] == "/sign-in?next=/keys"


async def test_people_keep_their_keys_without_a_backup(
    office: Office, place: Place, gateway: Gateway
) -> None:
    async with office.running() as desk:
        keys = Keys(await desk.arrives("jane"), gateway)
        account = await keys.jane.read("/user/info")
        await keys.issues("laptop", "desktop")
        await keys.blocks("laptop")
        live = await key_ids(keys.jane)
    place.is_lost()
    assert office.ends("doctor", saying="will be created") == 0
    assert office.ends("audit", "verify") != 0
    async with office.running() as desk:
        jane = await desk.arrives("jane")
        assert await jane.read("/user/info") == account
        assert await key_ids(jane) == live
        assert await keys.statuses_of_unblocking(jane, "laptop") == [403]
        assert (await gateway.chat(keys.given["desktop"]["key"])).status == 200
        assert await audited_keys(desk) & live == set()
    assert office.ends("audit", "verify", saying="unbroken") == 0
    assert office.ends("accounts", "plan") == 0
