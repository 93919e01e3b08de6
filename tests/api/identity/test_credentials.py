"""A credential is one bearer token in one header, in the form that the standard allows.

No other header identifies the caller.
"""

import pytest

from tests.api.identity.front import WHO, Front, Header
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

GENUINE = [
    "Bearer {}",
    "bearer {}",
    "BEARER {}",
    "bEaReR {}",
    "Bearer  {}",
    "Bearer     {}",
    "bearer          {}",
]


@pytest.mark.parametrize("spelling", GENUINE)
@pytest.mark.parametrize(
    "query", ["", "?user_id=user:default/bob", "?user_id=bob&userEntityRef=user:default/bob"]
)
async def test_the_case_of_the_scheme_and_the_number_of_spaces_do_not_matter(
    front: Front, spelling: str, query: str
) -> None:
    plain = await front.bring(front.backstage.user_token())

    answer = await front.send([("Authorization", spelling.format(front.backstage.user_token()))], WHO + query)

    assert answer.status_code == 200
    assert answer.json() == plain.json() == {"ref": "user:default/jane"}


async def test_other_headers_do_not_change_who_jane_is(front: Front) -> None:
    lies: list[Header] = [
        ("X-Forwarded-User", "bob"),
        ("X-Backstage-User", "user:default/bob"),
        ("Cookie", "keydesk_session=bob"),
        ("X-User-Id", "bob"),
    ]

    answer = await front.send([("Authorization", f"Bearer {front.backstage.user_token()}"), *lies])

    assert answer.json() == {"ref": "user:default/jane"}


ODD: dict[str, str] = {
    "no scheme": "{}",
    "no token": "Bearer",
    "only spaces": "Bearer   ",
    "a tab": "Bearer\t{}",
    "a space and a tab": "Bearer \t{}",
    "a tab behind": "Bearer {}\t",
    "a no-break space": "Bearer\u00a0{}",
    "a colon": "Bearer: {}",
    "an equals sign": "Bearer={}",
    "quotes": 'Bearer "{}"',
    "two tokens": "Bearer {} {}",
    "two schemes": "Bearer Bearer {}",
    "a list": "Bearer {}, Bearer {}",
    "a list without a space": "Bearer {},Basic eDp5",
    "a comma behind": "Bearer {},",
    "another scheme": "Basic {}",
    "one of Backstage's old schemes": "Token {}",
    "a scheme that begins alike": "BearerX {}",
    "a parameter": "Bearer token={}",
    "letters of no alphabet of ours": "Bearer {}\u00e9",
    "a space inside the token": "Bearer {} .x",
}


@pytest.mark.parametrize("spelling", ODD.values(), ids=ODD)
async def test_any_other_header_is_refused_without_a_call(front: Front, spelling: str) -> None:
    value = spelling.replace("{}", front.backstage.user_token()).encode("latin-1")

    answer = await front.send([(b"Authorization", value)])

    assert_problem(answer, 401, "not-signed-in")
    assert front.visits == []
    assert front.peers.asked == []


async def test_two_headers_are_refused_even_if_they_are_equal(front: Front) -> None:
    good = ("Authorization", f"Bearer {front.backstage.user_token()}")

    for second in (good, ("authorization", "Basic eDp5"), ("AUTHORIZATION", "")):
        assert_problem(await front.send([good, second]), 401, "not-signed-in")
        assert_problem(await front.send([second, good]), 401, "not-signed-in")
    assert front.visits == []
    assert front.peers.asked == []


@pytest.mark.parametrize(
    "cookie", ["backstage-auth", "token", "Authorization", "__Host-session", "access_token"]
)
async def test_a_cookie_of_another_site_is_not_a_credential(front: Front, cookie: str) -> None:
    answer = await front.send([("Cookie", f"{cookie}={front.backstage.user_token()}")])

    assert_problem(answer, 401, "not-signed-in")
    assert front.peers.asked == []


async def test_a_token_in_the_query_is_not_a_credential(front: Front) -> None:
    token = front.backstage.user_token()

    answer = await front.send([], f"{WHO}?token={token}&access_token={token}&authorization=Bearer+{token}")

    assert_problem(answer, 401, "not-signed-in")
    assert front.peers.asked == []


async def test_a_request_without_a_credential_makes_no_call(front: Front) -> None:
    assert_problem(await front.send([]), 401, "not-signed-in")
    assert_problem(await front.send([("Authorization", "")]), 401, "not-signed-in")
    assert front.peers.asked == []


async def test_a_valid_cookie_does_not_replace_an_invalid_header(front: Front) -> None:
    cookie = ("Cookie", f"keydesk_session={front.backstage.user_token()}")

    answer = await front.send([("Authorization", "Basic eDp5"), cookie])

    assert_problem(answer, 401, "not-signed-in")
    assert front.visits == []


async def test_a_verified_service_has_no_account(front: Front) -> None:
    answer = await front.bring(front.backstage.plugin_token())

    assert_problem(answer, 403, "not-an-account")


async def test_no_response_repeats_the_request(front: Front) -> None:
    canary = front.backstage.user_token("user:canary/canary", aud="canary")

    answer = await front.bring(canary)

    assert_problem(answer, 401, "not-signed-in")
    assert "canary" not in answer.text
    assert canary.split(".")[0] not in answer.text
