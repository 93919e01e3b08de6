"""While an issuer is away, known keys go on; what nobody can check is a 503 with a time to come back, not a 401."""

import pytest

from tests.api.identity.front import Front
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

JANE = {"ref": "user:default/jane"}


async def test_nobody_is_sent_to_sign_in_again_because_the_issuer_is_away(front: Front) -> None:
    front.peers.away = True
    tokens = [front.backstage.user_token(), front.backstage.plugin_token(), front.keycloak.access_token()]

    for token in tokens:
        answer = await front.bring(token)
        assert_problem(answer, 503, "identity-provider-unavailable")
        assert answer.headers["retry-after"] == "5"
    assert front.visits == []


async def test_they_are_let_in_as_soon_as_it_is_back(front: Front) -> None:
    front.peers.away = True
    token = front.backstage.user_token()
    assert (await front.bring(token)).status_code == 503

    front.peers.away = False
    front.clock.pass_by(seconds=5)

    assert (await front.bring(token)).json() == JANE


async def test_known_keys_go_on_through_an_outage(warm_front: Front) -> None:
    warm_front.peers.away = True

    for _ in range(12):
        warm_front.clock.pass_by(hours=1)
        for token in (warm_front.backstage.user_token(), warm_front.keycloak.access_token()):
            assert (await warm_front.bring(token)).json() == JANE


async def test_a_token_that_could_be_told_forged_without_the_issuer_still_is(front: Front) -> None:
    front.peers.away = True

    for token in (
        front.backstage.limited_token(),
        front.backstage.user_token(aud="catalog"),
        front.keycloak.access_token(exp=1),
    ):
        assert_problem(await front.bring(token), 401, "not-signed-in")


async def test_keys_rotate_without_anybody_noticing(warm_front: Front) -> None:
    warm_front.clock.pass_by(minutes=5)
    warm_front.backstage.rotate()

    assert (await warm_front.bring(warm_front.backstage.user_token())).json() == JANE
    assert len(warm_front.peers.asked) == 1


async def test_a_token_that_is_remembered_needs_no_issuer_until_it_expires(warm_front: Front) -> None:
    token = warm_front.backstage.user_token()
    assert (await warm_front.bring(token)).json() == JANE
    warm_front.peers.away = True

    warm_front.clock.pass_by(minutes=59)
    assert (await warm_front.bring(token)).json() == JANE
    assert warm_front.peers.asked == []

    warm_front.clock.pass_by(minutes=2)
    assert_problem(await warm_front.bring(token), 401, "not-signed-in")
