"""Identity headers count only from the trusted proxy's network, and never together with another credential."""

import pytest

from tests.api.identity.front import ADDRESS, PROXY_ADDRESS, Front
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

BOB = ("X-Forwarded-User", "bob")


async def test_a_person_named_by_the_proxy_is_accepted(front: Front) -> None:
    answer = await front.send([BOB], peer=PROXY_ADDRESS)

    assert answer.json() == {"ref": "user:default/bob"}
    assert front.peers.asked == []


@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.1", "10.2.0.1", "::1"])
async def test_the_header_is_ignored_from_other_networks(front: Front, peer: str) -> None:
    lies = [
        BOB,
        ("X-Forwarded-For", PROXY_ADDRESS),
        ("Forwarded", f"for={PROXY_ADDRESS}"),
        ("X-Real-IP", PROXY_ADDRESS),
    ]

    assert_problem(await front.send(lies, peer=peer), 401, "not-signed-in")


async def test_a_bearer_token_takes_precedence(front: Front) -> None:
    jane = ("Authorization", f"Bearer {front.backstage.user_token()}")

    answer = await front.send([jane, BOB, ("X-Forwarded-Groups", "litellm-admins")], peer=PROXY_ADDRESS)

    assert answer.json() == {"ref": "user:default/jane"}


async def test_proxy_headers_do_not_replace_an_invalid_token(front: Front) -> None:
    for bad in ("Basic eDp5", "Bearer nonsense", f"Bearer {front.backstage.limited_token()}"):
        answer = await front.send([("Authorization", bad), BOB], peer=PROXY_ADDRESS)
        assert_problem(answer, 401, "not-signed-in")


async def test_two_names_are_refused(front: Front) -> None:
    answer = await front.send([BOB, ("X-Forwarded-User", "jane")], peer=PROXY_ADDRESS)

    assert_problem(answer, 401, "not-signed-in")


async def test_a_change_must_come_from_a_keydesk_page(front: Front) -> None:
    foreign = ("Origin", "https://evil.example")

    for headers in ([BOB], [BOB, foreign], [BOB, ("Origin", "null")]):
        answer = await front.send(headers, method="POST", peer=PROXY_ADDRESS)
        assert_problem(answer, 403, "untrusted-origin")
    ours = await front.send([BOB, ("Origin", ADDRESS)], method="POST", peer=PROXY_ADDRESS)

    assert ours.json() == {"ref": "user:default/bob"}
    assert front.visits == ["user:default/bob"]
