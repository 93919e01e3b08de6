"""The caller in a Backstage token. tests/api/identity covers rejected tokens."""

from datetime import timedelta

import pytest

from keydesk.auth.backstage import BackstageTokens
from keydesk.auth.signed_token import read_token
from keydesk.auth.verifier import Verified
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import BackstageIdentity
from tests.unit.auth.backstage_stand_in import (
    BASE_URL,
    CONFIG,
    USER_KEYS,
    BackstageStandIn,
    plugin_keys_of,
)
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import published, rsa_key, signed

pytestmark = pytest.mark.anyio

JANE = Person("user:default/jane")


async def examined(tokens: BackstageTokens, text: str) -> Verified | None:
    token = read_token(text)
    assert token is not None
    return await tokens.examine(token)


@pytest.fixture
def tokens(http_client: HttpClient, clock: StillClock) -> BackstageTokens:
    return BackstageTokens(CONFIG, http_client, clock)


async def test_a_user_token_identifies_the_user_for_an_hour(
    tokens: BackstageTokens, backstage: BackstageStandIn, clock: StillClock
) -> None:
    verified = await examined(tokens, backstage.user_token())

    assert verified == Verified(JANE, clock.now + timedelta(hours=1))


async def test_references_are_compared_in_lower_case(
    tokens: BackstageTokens, backstage: BackstageStandIn
) -> None:
    verified = await examined(tokens, backstage.user_token("User:Default/Jane"))

    assert verified is not None
    assert verified.principal == JANE


async def test_a_plugin_token_without_a_user_is_a_service(
    tokens: BackstageTokens, backstage: BackstageStandIn
) -> None:
    verified = await examined(tokens, backstage.plugin_token())

    assert verified is not None
    assert verified.principal == Service("plugin:scaffolder")


async def test_a_plugin_token_for_jane_is_valid_while_both_tokens_are(
    tokens: BackstageTokens, backstage: BackstageStandIn, clock: StillClock
) -> None:
    sooner = clock.timestamp + 600
    obo = backstage.limited_token(exp=sooner)

    for token in (
        backstage.plugin_token(obo=obo),
        backstage.plugin_token(obo=backstage.limited_token(), exp=sooner),
    ):
        assert await examined(tokens, token) == Verified(JANE, clock.now + timedelta(minutes=10))


async def test_user_tokens_and_plugin_tokens_are_checked_with_their_own_keys(
    tokens: BackstageTokens, backstage: BackstageStandIn, peers: Peers
) -> None:
    await examined(tokens, backstage.plugin_token(obo=backstage.limited_token()))

    assert peers.asked == [plugin_keys_of("scaffolder"), USER_KEYS]


async def test_a_backstage_that_signs_with_another_algorithm_can_be_configured(
    backstage: BackstageStandIn, http_client: HttpClient, clock: StillClock
) -> None:
    key = rsa_key("rsa-key")
    backstage.peers.publish(USER_KEYS, published(key))
    claims = {"iss": CONFIG.issuer, "sub": "user:default/jane", "aud": "backstage", **backstage.an_hour()}
    token = signed(key, {"typ": "vnd.backstage.user", "alg": "RS256", "kid": "rsa-key"}, claims)

    configured = BackstageIdentity(base_url=BASE_URL, issuer=CONFIG.issuer, algorithms=("ES256", "RS256"))
    assert await examined(BackstageTokens(configured, http_client, clock), token)
    with pytest.raises(NotSignedIn):
        await examined(BackstageTokens(CONFIG, http_client, clock), token)


async def test_any_issuer_is_accepted_if_none_is_configured(
    backstage: BackstageStandIn, http_client: HttpClient, clock: StillClock
) -> None:
    tokens = BackstageTokens(BackstageIdentity(base_url=BASE_URL), http_client, clock)

    assert await examined(tokens, backstage.user_token(iss="http://localhost:7007/api/auth"))


@pytest.mark.parametrize("seconds", [-19, 19])
async def test_clocks_may_differ_by_twenty_seconds(
    tokens: BackstageTokens, backstage: BackstageStandIn, clock: StillClock, seconds: int
) -> None:
    expiring = backstage.user_token(exp=clock.timestamp - 19)
    token = backstage.user_token(iat=clock.timestamp + seconds, nbf=clock.timestamp + seconds)

    assert await examined(tokens, token)
    assert await examined(tokens, expiring)


@pytest.mark.usefixtures("backstage")
async def test_a_token_of_another_kind_is_left_to_other_verifiers(
    tokens: BackstageTokens, backstage: BackstageStandIn, peers: Peers
) -> None:
    assert await examined(tokens, backstage.user_token(header={"typ": "at+jwt"})) is None
    assert await examined(tokens, backstage.user_token(header={"typ": None})) is None
    assert peers.asked == []
