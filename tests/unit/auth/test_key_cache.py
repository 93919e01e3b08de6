"""Keys are fetched on demand and not more often."""

import asyncio

import pytest

from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import keys_at
from keydesk.kit.http_client import HttpClient
from keydesk.kit.problems import IdentityProviderUnavailable
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import ec_key, published

pytestmark = pytest.mark.anyio

URL = "http://issuer.test/keys"


@pytest.fixture
def cache(http_client: HttpClient, clock: StillClock, peers: Peers) -> KeyCache:
    peers.publish(URL, published(ec_key("first")))
    return KeyCache(keys_at(http_client, URL, ("ES256",)), clock)


async def test_a_key_is_fetched_once(cache: KeyCache, peers: Peers) -> None:
    found = [await cache.find("first") for _ in range(100)]

    assert all(key is not None and key.kid == "first" for key in found)
    assert len(peers.asked) == 1


async def test_a_thousand_invalid_key_ids_cause_one_fetch_per_cooldown(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    clock.pass_by(seconds=31)

    assert await cache.find("junk") is None, "a fetch was made for this one, and the key is not in it"
    for number in range(1000):
        with pytest.raises(IdentityProviderUnavailable):
            await cache.find(f"junk-{number}")

    assert len(peers.asked) == 2


async def test_an_unknown_key_is_undecided_during_the_cooldown_and_decided_after_it(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    clock.pass_by(seconds=12)

    with pytest.raises(IdentityProviderUnavailable) as undecided:
        await cache.find("second")
    assert undecided.value.retry_after_seconds == 18
    assert len(peers.asked) == 1

    clock.pass_by(seconds=18)
    assert await cache.find("second") is None
    assert len(peers.asked) == 2


async def test_a_fetch_that_began_earlier_does_not_decide_about_an_unknown_key(
    cache: KeyCache, peers: Peers
) -> None:
    """The issuer may have read its keys just before it rotated them."""
    found = await asyncio.gather(cache.find("second"), cache.find("second"), return_exceptions=True)

    assert found[0] is None
    assert isinstance(found[1], IdentityProviderUnavailable)
    assert len(peers.asked) == 1


async def test_a_hundred_parallel_lookups_share_one_fetch(cache: KeyCache, peers: Peers) -> None:
    found = await asyncio.gather(*(cache.find("first") for _ in range(100)))

    assert all(found)
    assert len(peers.asked) == 1


async def test_a_cancelled_caller_does_not_cancel_the_fetch_for_others(cache: KeyCache, peers: Peers) -> None:
    hasty, patient = asyncio.create_task(cache.find("first")), asyncio.create_task(cache.find("first"))
    await asyncio.sleep(0)
    hasty.cancel()

    assert await patient
    assert len(peers.asked) == 1


async def test_a_rotated_key_is_found_after_the_cooldown(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    peers.publish(URL, published(ec_key("second")))

    with pytest.raises(IdentityProviderUnavailable):
        await cache.find("second")
    clock.pass_by(seconds=30)
    assert await cache.find("second")
    clock.pass_by(seconds=30)
    assert await cache.find("first") is None
    assert len(peers.asked) == 3


async def test_old_keys_are_renewed_in_the_background(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    peers.publish(URL, published(ec_key("second")))
    clock.pass_by(minutes=11)

    assert await cache.find("first"), "the lookup waited for the refresh"
    await cache.settled()

    assert await cache.find("second")
    clock.pass_by(seconds=30)
    assert await cache.find("first") is None, "a withdrawn key no longer counts"
    assert len(peers.asked) == 3


async def test_known_keys_survive_an_outage_of_a_day(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    peers.away = True

    for _ in range(23):
        clock.pass_by(hours=1)
        assert await cache.find("first")
        await cache.settled()

    clock.pass_by(hours=2)
    with pytest.raises(IdentityProviderUnavailable):
        await cache.find("first")


async def test_an_unknown_key_is_undecided_while_the_issuer_is_unavailable(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    assert await cache.find("first")
    peers.away = True
    clock.pass_by(seconds=31)

    with pytest.raises(IdentityProviderUnavailable) as refused:
        await cache.find("second")

    assert refused.value.retry_after_seconds == 5


async def test_an_unavailable_issuer_is_called_every_five_seconds_at_most(
    cache: KeyCache, peers: Peers, clock: StillClock
) -> None:
    peers.away = True

    for _ in range(20):
        with pytest.raises(IdentityProviderUnavailable):
            await cache.find("first")
        clock.pass_by(seconds=1)

    assert len(peers.asked) == 4


async def test_an_issuer_that_is_back_is_used_again(cache: KeyCache, peers: Peers, clock: StillClock) -> None:
    peers.away = True
    with pytest.raises(IdentityProviderUnavailable):
        await cache.find("first")

    peers.away = False
    clock.pass_by(seconds=5)

    assert await cache.find("first")


@pytest.mark.parametrize(
    ("status", "content"),
    [(500, {}), (404, {}), (302, {}), (200, []), (200, {"keys": []}), (200, {"keys": "none"}), (200, "")],
)
async def test_a_response_without_keys_keeps_the_known_ones(
    cache: KeyCache, peers: Peers, clock: StillClock, status: int, content: object
) -> None:
    assert await cache.find("first")
    peers.publish(URL, content, status)
    clock.pass_by(minutes=11)

    assert await cache.find("first")
    await cache.settled()
    assert await cache.find("first")


async def test_closing_cancels_a_running_fetch(cache: KeyCache) -> None:
    waiting = asyncio.create_task(cache.find("first"))
    await asyncio.sleep(0)

    await cache.aclose()

    with pytest.raises(asyncio.CancelledError):
        await waiting
