"""A sign-in is completed once and a logout token is accepted once across replicas; callbacks are rate limited."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.sign_in.conftest import Arrive, OpenPortal
from tests.api.sign_in.person import SignedInPerson
from tests.support.desk.desk import Desk
from tests.support.desk.later import Later
from tests.support.desk.portal import portal_client
from tests.support.peers.sign_in_provider import SignInProvider

pytestmark = pytest.mark.anyio

LOGOUT = "/sign-in/back-channel-logout"


async def test_a_replayed_callback_is_refused_by_every_replica(
    portal: Desk, other_replica: Desk, arrive: Arrive
) -> None:
    async with arrive(portal) as jane:
        path = await jane.goes_to_provider()
        stolen = dict(jane.http.cookies)
        assert (await jane.http.get(path)).status_code == 303
    for replica in (portal, other_replica):
        async with portal_client(replica.app) as thief:
            thief.cookies.update(stolen)
            answer = await thief.get(path)
            assert answer.status_code == 400
            assert "This sign-in has already been used." in answer.text


async def test_a_logout_token_is_accepted_once_across_replicas(
    portal: Desk, other_replica: Desk, jane: SignedInPerson, provider: SignInProvider
) -> None:
    token = provider.logout_token("jane")
    assert (await portal.http.post(LOGOUT, data={"logout_token": token})).status_code == 200
    assert not await jane.is_signed_in()

    await jane.signs_in()
    for replica in (other_replica, portal):
        answer = await replica.http.post(LOGOUT, data={"logout_token": token})
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await jane.is_signed_in()


@pytest.mark.usefixtures("jane")
async def test_used_tokens_are_deleted_an_hour_after_they_expire(
    portal: Desk, clock: Later, database_file: Path
) -> None:
    def rows() -> int:
        with closing(sqlite3.connect(database_file)) as connection:
            return int(connection.execute("select count(*) from used_tokens").fetchone()[0])

    assert rows() == 1
    clock.by = timedelta(minutes=60)
    assert await portal.app.state.services.used_tokens.prune() == 0
    clock.by = timedelta(minutes=71)
    assert await portal.app.state.services.used_tokens.prune() == 1
    assert rows() == 0


async def test_failed_callbacks_are_limited_by_address(
    open_portal: OpenPortal, arrive: Arrive, clock: Later
) -> None:
    clock.stop()
    async with open_portal(limits={"failed_sign_ins_per_minute": 5}) as portal, arrive(portal) as jane:
        path = await jane.goes_to_provider()
        junk = [(await jane.http.get("/sign-in/callback?code=x&state=y")).status_code for _ in range(8)]
        assert junk == [400] * 5 + [429] * 3
        answer = await jane.http.get(path)
        assert answer.status_code == 429, "a callback may cost a call of the provider"
        assert int(answer.headers["retry-after"]) > 0


async def test_refused_tokens_do_not_limit_callbacks_from_their_address(
    open_portal: OpenPortal, arrive: Arrive, clock: Later
) -> None:
    """A script with an expired token may share its address with people who sign in."""
    clock.stop()
    async with open_portal(limits={"failed_sign_ins_per_minute": 5}) as portal, arrive(portal) as jane:
        script = portal.stranger("expired")
        assert [(await script.get("/keys")).status_code for _ in range(8)] == [401] * 5 + [429] * 3
        await jane.signs_in()
        assert await jane.is_signed_in()


async def test_valid_logouts_are_not_limited(
    open_portal: OpenPortal, arrive: Arrive, provider: SignInProvider, clock: Later
) -> None:
    """All of them come from the provider's address, which others may share behind a proxy."""
    clock.stop()
    async with open_portal(limits={"failed_sign_ins_per_minute": 5}) as portal, arrive(portal) as jane:
        await jane.signs_in()
        junk = [(await portal.http.post(LOGOUT, data={"logout_token": "junk"})).status_code for _ in range(8)]
        assert junk == [400] * 5 + [429] * 3
        answer = await portal.http.post(LOGOUT, data={"logout_token": provider.logout_token("jane")})
        assert answer.status_code == 200
        assert not await jane.is_signed_in()


async def test_successful_callbacks_do_not_count(open_portal: OpenPortal, arrive: Arrive) -> None:
    async with open_portal(limits={"failed_sign_ins_per_minute": 2}) as portal, arrive(portal) as jane:
        for _ in range(6):
            await jane.signs_in()
