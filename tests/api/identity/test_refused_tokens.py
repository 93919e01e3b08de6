"""Forged tokens are refused, and they do not cause repeated calls to an issuer."""

import pytest
from anyio import wait_all_tasks_blocked

from tests.api.identity.forged_oidc_tokens import OIDC, OidcForger
from tests.api.identity.forged_plugin_tokens import PLUGINS
from tests.api.identity.forged_shapes import SHAPES
from tests.api.identity.forged_signatures import ON_BEHALF, SIGNATURES, UNKNOWN_KEYS
from tests.api.identity.forged_user_tokens import ALGORITHMS, CLAIMS, HEADERS, TIMES, TYPES, Forger
from tests.api.identity.front import Front
from tests.support.desk.problems import assert_problem
from tests.unit.auth.backstage_stand_in import USER_KEYS, plugin_keys_of
from tests.unit.auth.oidc_stand_in import DISCOVERY, KEYS
from tests.unit.auth.tokens import published, rsa_key

pytestmark = pytest.mark.anyio

AT_SIGHT = {**ALGORITHMS, **TYPES, **HEADERS, **CLAIMS, **TIMES, **PLUGINS, **SHAPES}
BY_THE_KEYS = {**SIGNATURES, **ON_BEHALF}
OIDC_AT_HAND = {name: forge for name, forge in OIDC.items() if name != "an unknown key"}
EVERY_KEY_SET = {USER_KEYS, plugin_keys_of("scaffolder"), DISCOVERY, KEYS}


async def assert_refused(front: Front, token: str) -> None:
    """The response is a 401, and the request reached no route."""
    answer = await front.bring(token)

    problem = assert_problem(answer, 401, "not-signed-in")
    assert problem["hint"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert front.visits == []


@pytest.mark.parametrize("forge", AT_SIGHT.values(), ids=AT_SIGHT)
async def test_a_forged_token_is_refused_without_a_call(front: Front, forge: Forger) -> None:
    await assert_refused(front, forge(front.backstage))

    assert front.peers.asked == [], "it is refused before any key is looked at"


@pytest.mark.parametrize("forge", BY_THE_KEYS.values(), ids=BY_THE_KEYS)
async def test_a_forged_signature_is_refused_with_the_cached_keys(warm_front: Front, forge: Forger) -> None:
    await assert_refused(warm_front, forge(warm_front.backstage))

    assert warm_front.peers.asked == [], "the keys were fetched too recently"


async def assert_undecided(front: Front, token: str) -> None:
    """The response is a 503 with Retry-After: the issuer may have made this key a moment ago."""
    answer = await front.bring(token)

    assert_problem(answer, 503, "identity-provider-unavailable")
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert front.visits == []


@pytest.mark.parametrize("forge", UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
async def test_an_unknown_key_id_gets_503_during_the_cooldown_and_401_after_a_fetch(
    warm_front: Front, forge: Forger
) -> None:
    await assert_undecided(warm_front, forge(warm_front.backstage))
    assert warm_front.peers.asked == []

    warm_front.clock.pass_by(seconds=31)
    await assert_refused(warm_front, forge(warm_front.backstage))
    assert len(warm_front.peers.asked) == 1


async def test_an_unknown_key_id_of_an_issuer_gets_503_during_the_cooldown_and_401_after_a_fetch(
    warm_front: Front,
) -> None:
    await assert_undecided(warm_front, OIDC["an unknown key"](warm_front.keycloak))

    warm_front.clock.pass_by(seconds=31)
    await assert_refused(warm_front, OIDC["an unknown key"](warm_front.keycloak))


async def test_a_key_rotated_during_the_cooldown_is_accepted_after_retry_after(
    warm_front: Front,
) -> None:
    warm_front.backstage.rotate()
    token = warm_front.backstage.user_token()
    answer = await warm_front.bring(token)
    assert_problem(answer, 503, "identity-provider-unavailable")

    warm_front.clock.pass_by(seconds=int(answer.headers["retry-after"]))
    assert (await warm_front.bring(token)).status_code == 200


@pytest.mark.parametrize("forge", OIDC_AT_HAND.values(), ids=OIDC_AT_HAND)
async def test_a_token_that_is_not_an_access_token_for_keydesk_is_refused(
    warm_front: Front, forge: OidcForger
) -> None:
    await assert_refused(warm_front, forge(warm_front.keycloak))

    assert warm_front.peers.asked == []


async def test_all_forgeries_together_cause_one_fetch_of_each_key_set_per_cooldown(warm_front: Front) -> None:
    warm_front.clock.pass_by(seconds=31)

    for forge in (*AT_SIGHT.values(), *BY_THE_KEYS.values()):
        await assert_refused(warm_front, forge(warm_front.backstage))
    for forge_oidc in OIDC.values():
        await assert_refused(warm_front, forge_oidc(warm_front.keycloak))
    for forge in UNKNOWN_KEYS.values():
        answer = await warm_front.bring(forge(warm_front.backstage))
        assert answer.status_code in {401, 503}

    assert warm_front.visits == []
    assert len(warm_front.peers.asked) == len(set(warm_front.peers.asked))
    assert set(warm_front.peers.asked) == EVERY_KEY_SET


async def test_ten_minutes_of_made_up_key_ids_cause_one_fetch_per_cooldown(warm_front: Front) -> None:
    for _ in range(20):
        warm_front.clock.pass_by(seconds=30)
        await assert_refused(warm_front, warm_front.backstage.user_token(header={"kid": "junk"}))
        for number in range(25):
            junk = warm_front.backstage.user_token(header={"kid": f"junk-{number}"})
            await assert_undecided(warm_front, junk)

    assert warm_front.peers.asked == [USER_KEYS] * 20


async def test_an_unknown_plugin_is_looked_up_once(front: Front) -> None:
    await assert_refused(front, front.backstage.plugin_token("made-up"))
    for _ in range(10):
        await assert_undecided(front, front.backstage.plugin_token("made-up"))

    assert front.peers.asked == [plugin_keys_of("made-up")]


async def test_a_token_of_a_withdrawn_key_is_refused(warm_front: Front) -> None:
    """The token may be valid for years, because the person who stole the key wrote it."""
    in_ten_years = warm_front.clock.timestamp + 10 * 365 * 86_400
    token = warm_front.keycloak.access_token(exp=in_ten_years)
    assert (await warm_front.bring(token)).status_code == 200
    warm_front.peers.publish(KEYS, published(rsa_key("realm-key-2")))
    for _ in range(2):
        warm_front.clock.pass_by(minutes=10)
        await warm_front.bring(token)
        await wait_all_tasks_blocked()
    warm_front.visits.clear()
    warm_front.clock.pass_by(minutes=1)
    await assert_refused(warm_front, token)


def test_there_are_more_than_forty_forgeries() -> None:
    assert len({**AT_SIGHT, **BY_THE_KEYS, **UNKNOWN_KEYS}) + len(OIDC) > 120
