"""A verified token is served from the cache until it expires."""

from datetime import timedelta

import pytest

from keydesk.auth.signed_token import SignedToken
from keydesk.auth.token_cache import TokenCache
from keydesk.auth.verifier import Verified
from keydesk.kit.people import Person, Principal
from keydesk.kit.problems import NotSignedIn, StorageUnavailable
from tests.unit.auth.peers import StillClock
from tests.unit.auth.tokens import compact

pytestmark = pytest.mark.anyio


class CountingKind:
    """Accepts a token for its `sub` until its `exp`, and counts its calls."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.examined = 0
        self.refuses = self.database_is_away = False

    async def examine(self, token: SignedToken) -> Verified | None:
        self.examined += 1
        if token.claims["sub"] == "unknown":
            return None
        if token.claims["sub"] == "refused" or self.refuses:
            raise NotSignedIn
        if self.database_is_away:
            raise StorageUnavailable
        lasts = timedelta(minutes=token.claims["minutes"])
        return Verified(Person(f"user:default/{token.claims['sub']}"), self.clock.now + lasts)


@pytest.fixture
def kind(clock: StillClock) -> CountingKind:
    return CountingKind(clock)


@pytest.fixture
def cache(kind: CountingKind, clock: StillClock) -> TokenCache:
    return TokenCache([kind], clock, capacity=3)


def token_of(name: str, minutes: float = 60) -> str:
    return compact({"alg": "ES256"}, {"sub": name, "minutes": minutes})


async def ref_of(tokens: TokenCache, token: str) -> str | None:
    principal: Principal | None = await tokens.verify(token)
    return principal.ref if isinstance(principal, Person) else None


async def test_a_token_is_verified_once(cache: TokenCache, kind: CountingKind) -> None:
    seen = {await ref_of(cache, token_of("jane")) for _ in range(100)}

    assert seen == {"user:default/jane"}
    assert kind.examined == 1


async def test_it_is_verified_again_after_it_expired(
    cache: TokenCache, kind: CountingKind, clock: StillClock
) -> None:
    token = token_of("jane", minutes=5)
    await cache.verify(token)
    clock.pass_by(minutes=5)
    await cache.verify(token)

    assert kind.examined == 2


async def test_it_is_verified_again_after_ten_minutes_even_if_it_is_valid_longer(
    cache: TokenCache, kind: CountingKind, clock: StillClock
) -> None:
    token = token_of("jane", minutes=100_000)
    await cache.verify(token)
    clock.pass_by(minutes=9)
    await cache.verify(token)
    assert kind.examined == 1

    kind.refuses = True
    clock.pass_by(minutes=1)
    with pytest.raises(NotSignedIn):
        await cache.verify(token)


async def test_it_is_valid_until_it_expires_while_the_database_is_unavailable(
    cache: TokenCache, kind: CountingKind, clock: StillClock
) -> None:
    """Without the cache, some verifiers would need the database to find the person."""
    token = token_of("jane", minutes=60)
    await cache.verify(token)
    kind.database_is_away = True
    clock.pass_by(minutes=59)
    assert await ref_of(cache, token) == "user:default/jane"
    with pytest.raises(StorageUnavailable):
        await cache.verify(token_of("bob"))
    clock.pass_by(minutes=1)
    with pytest.raises(StorageUnavailable):
        await cache.verify(token)


async def test_a_token_used_within_its_leeway_is_not_cached(cache: TokenCache, kind: CountingKind) -> None:
    for _ in range(3):
        assert await ref_of(cache, token_of("jane", minutes=-0.1))

    assert (kind.examined, len(cache)) == (3, 0)


async def test_refusals_are_not_cached(cache: TokenCache, kind: CountingKind) -> None:
    for _ in range(3):
        assert await cache.verify(token_of("unknown")) is None
        with pytest.raises(NotSignedIn):
            await cache.verify(token_of("refused"))

    assert (kind.examined, len(cache)) == (6, 0)


async def test_the_least_recently_used_token_is_evicted(cache: TokenCache, kind: CountingKind) -> None:
    for name in ("ann", "bob", "cid", "ann", "dan"):
        await cache.verify(token_of(name))
    assert (kind.examined, len(cache)) == (4, 3)

    await cache.verify(token_of("ann"))
    assert kind.examined == 4
    await cache.verify(token_of("bob"))
    assert kind.examined == 5


async def test_one_changed_character_is_another_token(cache: TokenCache, kind: CountingKind) -> None:
    token = token_of("jane")
    await cache.verify(token)

    await cache.verify(f"{token[:-1]}X")

    assert kind.examined == 2


async def test_the_cache_contains_no_token(cache: TokenCache) -> None:
    token = token_of("jane")
    await cache.verify(token)

    assert token not in str(vars(cache))
    assert token.encode() not in str(vars(cache)).encode()


async def test_other_credentials_are_left_to_other_verifiers(cache: TokenCache, kind: CountingKind) -> None:
    assert await cache.verify("static-service-token") is None
    assert kind.examined == 0
