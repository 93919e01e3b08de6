"""The fast lane with tokens of Backstage and of an OpenID provider: no entry outlives its source."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from keydesk.kit.clock import utc_now
from tests.api.reads.test_fast_lane import Watched, watched
from tests.support.desk.desk import OpenDesk, Visitor
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.peers.oidc import AUDIENCE, Issuer
from tests.support.peers.server import running_server
from tests.support.upstream.eventually import eventually
from tests.unit.auth.peers import StillClock

pytestmark = pytest.mark.anyio
AUDIT = {"litellm": {"audit": {"group": "auditors"}}, "demo": {"enabled": False}}
FOR_HOURS = {"cache": {"fresh_seconds": 3600.0, "stale_seconds": 3600.0, "outage_seconds": 3600.0}}


@pytest.fixture
def backstage() -> Iterator[Backstage]:
    with running_server() as backend, running_server() as catalog:
        yield Backstage(StillClock(utc_now()), backend, catalog)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_server() as server:
        yield Issuer(StillClock(utc_now()), server)


@asynccontextmanager
async def desk_of(
    open_later: OpenDesk, backstage: Backstage, jane: str
) -> AsyncIterator[tuple[Visitor, Watched]]:
    """Start a Keydesk that Jane has used with a Backstage token, so that her requests take the fast lane."""
    sections: dict[str, Any] = {
        "identity": {"backstage": {"base_url": backstage.url, "issuer": ISSUER}},
        "directory": {"backstage": {"base_url": backstage.catalog_url, "token": CATALOG_TOKEN}},
        "permissions": {"backstage": True},
        "grants": {},
    }
    async with open_later(**AUDIT, **FOR_HOURS, **sections) as desk:
        visitor, lane = desk.stranger(backstage.token_of(jane)), watched(desk)
        for _ in range(4):
            await visitor.read("/user/info")
            await visitor.read("/keys")
        assert lane.answered > 0
        yield visitor, lane


async def may_audit(visitor: Visitor) -> bool:
    seen: bool = (await visitor.read("/user/info"))["can_view_audit"]
    return seen


async def test_a_backstage_token_is_valid_until_it_expires(
    open_later: OpenDesk, backstage: Backstage, scene: Scene, later: Later
) -> None:
    jane = scene.user_id("jane")
    backstage.knows(jane)
    async with desk_of(open_later, backstage, jane) as (visitor, _):
        later.by = timedelta(minutes=59)
        await visitor.read("/user/info")
        later.by = timedelta(hours=1, seconds=21)
        assert_problem(await visitor.get("/user/info"), 401, "not-signed-in")
        assert_problem(await visitor.get("/config"), 401, "not-signed-in")


async def test_a_person_who_left_the_catalog_is_refused_after_a_minute(
    open_later: OpenDesk, backstage: Backstage, scene: Scene, later: Later
) -> None:
    jane = scene.user_id("jane")
    backstage.knows(jane)
    async with desk_of(open_later, backstage, jane) as (visitor, lane):
        backstage.forgets(jane)
        later.by, answered = timedelta(seconds=30), lane.answered
        await visitor.read("/user/info")
        assert lane.answered == answered + 1
        later.by = timedelta(seconds=61)
        await visitor.get("/user/info")

        await eventually(lambda: visitor.get("/user/info"), lambda answer: answer.status_code == 403)
        assert_problem(await visitor.get("/keys"), 403, "not-an-account")


@pytest.mark.parametrize("seconds", [61, 301], ids=["her groups", "a parent of her group"])
async def test_groups_change_with_the_next_catalog_lookup(
    open_later: OpenDesk, backstage: Backstage, scene: Scene, later: Later, seconds: int
) -> None:
    jane = scene.user_id("jane")
    backstage.knows(jane, "prompt-team")
    backstage.knows_group("prompt-team", "auditors")
    async with desk_of(open_later, backstage, jane) as (visitor, lane):
        assert await may_audit(visitor)
        if seconds < 300:
            backstage.knows(jane)
        else:
            backstage.knows_group("prompt-team")
        later.by, answered = timedelta(seconds=seconds), lane.answered
        await visitor.get("/user/info")

        await eventually(lambda: may_audit(visitor), lambda audits: not audits)
        assert not await may_audit(visitor)
        assert lane.answered > answered


async def test_a_permission_is_cached_for_ten_seconds(
    open_later: OpenDesk, backstage: Backstage, scene: Scene, later: Later
) -> None:
    jane = scene.user_id("jane")
    backstage.knows(jane, "auditors")
    async with desk_of(open_later, backstage, jane) as (visitor, lane):
        assert await may_audit(visitor)
        backstage.denies(jane, "litellm.audit.read")
        later.by, answered = timedelta(seconds=10), lane.answered
        assert not await may_audit(visitor)
        # The fast lane does not wait for Backstage: the route checks the permissions of auditors.
        assert lane.answered == answered


async def test_an_openid_token_is_valid_until_it_expires_and_contains_the_groups(
    open_later: OpenDesk, issuer: Issuer, scene: Scene, later: Later
) -> None:
    jane = scene.user_id("jane")
    sections: dict[str, Any] = {
        "identity": {"oidc": [{"issuer": issuer.issuer, "audiences": [AUDIENCE]}]},
        "directory": {"claims": True},
        "grants": {"litellm.audit.read": ["auditors"]},
    }
    async with open_later(**AUDIT, **FOR_HOURS, **sections) as desk:
        auditor, plain = (desk.stranger(issuer.token_of(jane, *groups)) for groups in (["auditors"], []))
        lane = watched(desk)
        for _ in range(3):
            assert (await may_audit(auditor), await may_audit(plain)) == (True, False)
        assert lane.answered > 0
        later.by = timedelta(minutes=5, seconds=21)
        for visitor in (auditor, plain):
            assert_problem(await visitor.get("/user/info"), 401, "not-signed-in")
