"""Rotating refresh tokens are used once across replicas, and cannot be read in the database or in logs."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.api.sign_in.conftest import Arrive, OpenPortal
from tests.api.sign_in.person import SignedInPerson
from tests.support.desk.desk import Desk
from tests.support.desk.later import Later
from tests.support.desk.portal import portal_client
from tests.support.peers.sign_in_provider import SignInProvider

pytestmark = pytest.mark.anyio


async def test_many_requests_at_two_replicas_make_one_refresh(
    other_replica: Desk, jane: SignedInPerson, provider: SignInProvider, clock: Later
) -> None:
    async with portal_client(other_replica.app) as http:
        elsewhere = await jane.moves_to(http)
        for check in range(1, 4):
            clock.by += timedelta(minutes=6)
            signed_in = await asyncio.gather(
                *(person.is_signed_in() for person in (jane, elsewhere) for _ in range(8))
            )
            assert all(signed_in)
            assert len(provider.refreshes) == check
    assert len(set(provider.refreshes)) == 3, "each refresh token was used once"


async def test_a_rotated_token_is_kept_if_the_provider_fails_halfway(
    portal: Desk, arrive: Arrive, provider: SignInProvider, clock: Later
) -> None:
    """The token endpoint responds, but userinfo does not: the old refresh token is already invalid."""
    provider.gives_id_token_at_refresh, provider.has_userinfo = False, True
    async with arrive(portal) as jane:
        await jane.signs_in()
        provider.userinfo_endpoint.falls_ill()
        clock.by += timedelta(minutes=6)
        assert await jane.is_signed_in()
        provider.userinfo_endpoint.recovers()
        clock.by += timedelta(minutes=6)
        assert await jane.is_signed_in()
    assert len(set(provider.refreshes)) == len(provider.refreshes) == 2


async def test_a_rotated_token_is_kept_if_the_new_signing_key_cannot_be_fetched(
    portal: Desk, arrive: Arrive, provider: SignInProvider, clock: Later
) -> None:
    """The refresh returns an ID token with an unknown key: the old refresh token is already invalid."""
    async with arrive(portal) as jane:
        await jane.signs_in()
        provider.has_rotated_keys = True
        provider.keys_endpoint.falls_ill()
        clock.by += timedelta(minutes=6)
        assert await jane.is_signed_in()
        provider.keys_endpoint.recovers()
        clock.by += timedelta(minutes=6)
        assert await jane.is_signed_in()
    assert len(set(provider.refreshes)) == len(provider.refreshes) == 2


@pytest.mark.parametrize("rotates", [True, False])
async def test_a_provider_may_rotate_refresh_tokens_or_not(
    portal: Desk, arrive: Arrive, provider: SignInProvider, clock: Later, rotates: bool
) -> None:
    provider.rotates = rotates
    async with arrive(portal) as jane:
        await jane.signs_in()
        for _ in range(3):
            clock.by += timedelta(minutes=6)
            assert await jane.is_signed_in()
    assert len(set(provider.refreshes)) == (3 if rotates else 1)


async def test_no_token_of_the_provider_is_readable_in_the_database_or_in_logs(
    portal: Desk, arrive: Arrive, provider: SignInProvider, clock: Later, database_file: Path
) -> None:
    with capture_logs() as logs:
        async with arrive(portal) as jane:
            await jane.signs_in()
            clock.by += timedelta(minutes=6)
            assert await jane.is_signed_in()
            provider.gone.add("jane")
            row = _session_row(database_file)
            clock.by += timedelta(minutes=6)
            assert not await jane.is_signed_in()
    written = b"".join(path.read_bytes() for path in database_file.parent.glob("keydesk.db*"))
    assert "sealed_grant" in row
    assert len(provider.given) >= 4
    for token in provider.given:
        assert token.encode() not in written
        assert token not in row
        assert token not in str(logs)


async def test_a_grant_encrypted_with_another_secret_is_not_used(
    open_portal: OpenPortal, arrive: Arrive, provider: SignInProvider, clock: Later, database_file: Path
) -> None:
    async with open_portal() as portal, arrive(portal) as jane:
        await jane.signs_in()
        with closing(sqlite3.connect(database_file)) as connection, connection:
            connection.execute("update sessions set sealed_grant = 'of.another.secret.or.session'")
        clock.by += timedelta(minutes=6)
        assert await jane.is_signed_in()
        clock.by += timedelta(minutes=55)
        assert not await jane.is_signed_in()
    assert provider.refreshes == []


@pytest.mark.parametrize(
    "offers",
    [{"has_userinfo": False}, {"has_userinfo": True, "access_seconds": 300}],
    ids=["neither", "userinfo for five minutes"],
)
async def test_a_session_that_cannot_be_confirmed_is_short(
    portal: Desk, arrive: Arrive, provider: SignInProvider, clock: Later, offers: dict[str, int]
) -> None:
    provider.gives_refresh_tokens = False
    for name, value in offers.items():
        setattr(provider, name, value)
    async with arrive(portal) as jane:
        await jane.signs_in()
        clock.by += timedelta(minutes=59)
        assert await jane.is_signed_in()
        clock.by += timedelta(minutes=2)
        assert not await jane.is_signed_in()


async def test_the_length_of_an_unconfirmed_session_is_a_setting(
    open_portal: OpenPortal, arrive: Arrive, provider: SignInProvider, clock: Later
) -> None:
    provider.gives_refresh_tokens = False
    async with open_portal(unconfirmed_minutes=20) as portal, arrive(portal) as jane:
        await jane.signs_in()
        clock.by += timedelta(minutes=21)
        assert not await jane.is_signed_in()


def _session_row(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return str([dict(row) for row in connection.execute("select * from sessions")])
