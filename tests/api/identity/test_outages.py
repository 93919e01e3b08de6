"""While an issuer is unavailable, tokens with known keys work.

Tokens that cannot be checked get a 503 with Retry-After, not a 401.
"""

import pytest

from tests.api.identity.front import Front
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

JANE = {"ref": "user:default/jane"}


async def test_an_unavailable_issuer_does_not_force_a_new_sign_in(front: Front) -> None:
    front.peers.away = True
    tokens = [front.backstage.user_token(), front.backstage.plugin_token(), front.keycloak.access_token()]

    for token in tokens:
        answer = await front.bring(token)
        assert_problem(answer, 503, "identity-provider-unavailable")
        assert answer.headers["retry-after"] == "5"
    assert front.visits == []


async def test_tokens_are_accepted_as_soon_as_the_issuer_is_back(front: Front) -> None:
    front.peers.away = True
    token = front.backstage.user_token()
    assert (await front.bring(token)).status_code == 503

    front.peers.away = False
    front.clock.pass_by(seconds=5)

    assert (await front.bring(token)).json() == JANE


async def test_known_keys_work_during_an_outage(warm_front: Front) -> None:
    warm_front.peers.away = True

    for _ in range(12):
        warm_front.clock.pass_by(hours=1)
        for token in (warm_front.backstage.user_token(), warm_front.keycloak.access_token()):
            assert (await warm_front.bring(token)).json() == JANE


async def test_an_obvious_forgery_is_refused_during_an_outage(front: Front) -> None:
    front.peers.away = True

    for token in (
        front.backstage.limited_token(),
        front.backstage.user_token(aud="catalog"),
        front.keycloak.access_token(exp=1),
    ):
        assert_problem(await front.bring(token), 401, "not-signed-in")


async def test_key_rotation_is_invisible_to_callers(warm_front: Front) -> None:
    warm_front.clock.pass_by(minutes=5)
    warm_front.backstage.rotate()

    assert (await warm_front.bring(warm_front.backstage.user_token())).json() == JANE
    assert len(warm_front.peers.asked) == 1


async def test_a_cached_token_needs_no_issuer_until_it_expires(warm_front: Front) -> None:
    token = warm_front.backstage.user_token()
    assert (await warm_front.bring(token)).json() == JANE
    warm_front.peers.away = True

    warm_front.clock.pass_by(minutes=59)
    assert (await warm_front.bring(token)).json() == JANE
    assert warm_front.peers.asked == []

    warm_front.clock.pass_by(minutes=2)
    assert_problem(await warm_front.bring(token), 401, "not-signed-in")
