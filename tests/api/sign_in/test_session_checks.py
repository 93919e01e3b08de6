"""Portal sessions are checked with the provider every few minutes.

Groups are updated, and sessions of people who left end.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.sign_in.person import AUDITORS, SignedInPerson
from tests.support.desk.later import Later
from tests.support.peers.condition import Trouble
from tests.support.peers.sign_in_provider import SignInProvider

pytestmark = pytest.mark.anyio

NO_REFRESH_TOKENS = {"gives_refresh_tokens": False}


@pytest.fixture(
    params=[
        {},
        {"gives_id_token_at_refresh": False, "has_userinfo": True},
        {**NO_REFRESH_TOKENS, "has_userinfo": True, "access_seconds": 50_000},
    ],
    ids=["refresh with ID token", "refresh with userinfo", "userinfo alone"],
)
def provider(request: pytest.FixtureRequest, provider: SignInProvider) -> SignInProvider:
    """A provider that can confirm sessions, in each supported way."""
    for name, value in request.param.items():
        setattr(provider, name, value)
    return provider


async def test_groups_change_within_minutes(
    jane: SignedInPerson, provider: SignInProvider, clock: Later
) -> None:
    assert not await jane.is_auditor()
    provider.groups = [AUDITORS]
    clock.by += timedelta(minutes=4)
    assert not await jane.is_auditor()
    clock.by += timedelta(minutes=2)
    assert await jane.is_auditor()
    provider.groups = []
    clock.by += timedelta(minutes=6)
    assert not await jane.is_auditor()


async def test_the_session_of_a_person_who_left_ends_at_the_next_check(
    jane: SignedInPerson, provider: SignInProvider, clock: Later, database_file: Path
) -> None:
    provider.gone.add("jane")
    clock.by += timedelta(minutes=6)
    assert not await jane.is_signed_in()
    with closing(sqlite3.connect(database_file)) as connection:
        assert connection.execute("select count(*) from sessions").fetchone() == (0,)
        last = connection.execute("select action, actor from audit_log order by seq desc").fetchone()
    assert last == ("signed_out", "user:default/jane")


async def test_a_confirmed_session_lasts_for_its_full_length(jane: SignedInPerson, clock: Later) -> None:
    for _ in range(7):
        clock.by += timedelta(minutes=90)
        assert await jane.is_signed_in()
    clock.by += timedelta(minutes=91)
    assert not await jane.is_signed_in(), "absoluteHours"


async def test_a_session_survives_a_short_outage_of_the_provider_but_not_a_long_one(
    jane: SignedInPerson, provider: SignInProvider, clock: Later
) -> None:
    provider.server.stop()
    for _ in range(5):
        clock.by += timedelta(minutes=10)
        assert await jane.is_signed_in()
    provider.server.start()
    clock.by += timedelta(minutes=8)
    assert await jane.is_signed_in()

    provider.server.stop()
    clock.by += timedelta(minutes=59)
    assert await jane.is_signed_in()
    clock.by += timedelta(minutes=2)
    assert not await jane.is_signed_in()


async def test_groups_stay_if_the_provider_returns_none(
    jane: SignedInPerson, provider: SignInProvider, clock: Later
) -> None:
    provider.groups = [AUDITORS]
    provider.token_endpoint.falls_ill(Trouble.FAILING)
    provider.server.stop()
    clock.by += timedelta(minutes=6)
    assert not await jane.is_auditor()
    provider.server.start()
    provider.token_endpoint.recovers()
    clock.by += timedelta(seconds=31)
    assert await jane.is_auditor(), "asked again after half a minute"
