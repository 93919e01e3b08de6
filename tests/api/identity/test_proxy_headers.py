"""The word of a trusted proxy counts by itself, from its own network, and never beside another credential."""

import pytest

from tests.api.identity.front import ADDRESS, PROXY_ADDRESS, Front
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

BOB = ("X-Forwarded-User", "bob")


async def test_who_the_proxy_names_is_let_in(front: Front) -> None:
    answer = await front.send([BOB], peer=PROXY_ADDRESS)

    assert answer.json() == {"ref": "user:default/bob"}
    assert front.peers.asked == []


@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.1", "10.2.0.1", "::1"])
async def test_from_anywhere_else_the_header_says_nothing(front: Front, peer: str) -> None:
    lies = [
        BOB,
        ("X-Forwarded-For", PROXY_ADDRESS),
        ("Forwarded", f"for={PROXY_ADDRESS}"),
        ("X-Real-IP", PROXY_ADDRESS),
    ]

    assert_problem(await front.send(lies, peer=peer), 401, "not-signed-in")


async def test_a_bearer_token_counts_alone(front: Front) -> None:
    jane = ("Authorization", f"Bearer {front.backstage.user_token()}")

    answer = await front.send([jane, BOB, ("X-Forwarded-Groups", "litellm-admins")], peer=PROXY_ADDRESS)

    assert answer.json() == {"ref": "user:default/jane"}


async def test_a_bad_token_is_not_passed_over_for_the_proxys_word(front: Front) -> None:
    for bad in ("Basic eDp5", "Bearer nonsense", f"Bearer {front.backstage.limited_token()}"):
        answer = await front.send([("Authorization", bad), BOB], peer=PROXY_ADDRESS)
        assert_problem(answer, 401, "not-signed-in")


async def test_two_names_are_nobodys(front: Front) -> None:
    answer = await front.send([BOB, ("X-Forwarded-User", "jane")], peer=PROXY_ADDRESS)

    assert_problem(answer, 401, "not-signed-in")


async def test_a_change_must_come_from_a_page_of_ours(front: Front) -> None:
    foreign = ("Origin", "https://evil.example")

    for headers in ([BOB], [BOB, foreign], [BOB, ("Origin", "null")]):
        answer = await front.send(headers, method="POST", peer=PROXY_ADDRESS)
        assert_problem(answer, 403, "untrusted-origin")
    ours = await front.send([BOB, ("Origin", ADDRESS)], method="POST", peer=PROXY_ADDRESS)

    assert ours.json() == {"ref": "user:default/bob"}
    assert front.visits == ["user:default/bob"]
