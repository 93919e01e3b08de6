"""The Authorization header must contain one valid bearer token."""

import base64

import pytest

from keydesk.app import API
from tests.support.desk.desk import Desk, SignIn
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

JUNK = [
    *["x", "a.b.c", "...", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.e30", "sk-contract-tests", "null", "="],
    *["W10.W10.W10", "bnVsbA.bnVsbA.bnVsbA", "MQ.MQ.MQ", "IiI.IiI.IiI", "a" * 5_000, "a" * 20_000],
    *["eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "eyJhbGciOjF9.e30.AAAA", "eyJhbGciOlsiSFMyNTYiXX0.e30.AAAA"],
    *["/w.AA.AA", "eyJhIjp7fX0.eyJhIjp7fX0.eyJhIjp7fX0", "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdfQ.e30.AA"],
    base64.urlsafe_b64encode(b'{"alg":' + b"[" * 900 + b"]" * 900 + b"}").decode().rstrip("=") + ".e30.AA",
]


@pytest.mark.parametrize("token", JUNK, ids=lambda token: token[:24])
async def test_an_invalid_token_is_refused(desk: Desk, token: str) -> None:
    assert_problem(await desk.stranger(token).get("/keys"), 401, "not-signed-in")


HEADERS = {
    "no scheme": ["abc"],
    "another scheme": ["Basic amFuZTpqYW5l"],
    "no token": ["Bearer"],
    "an empty token": ["Bearer "],
    "two tokens": ["Bearer {token} {token}"],
    "a list": ["Bearer {token}, Bearer {token}"],
    "a quoted token": ['Bearer "{token}"'],
    "no space": ["Bearer{token}"],
    "a tab": ["Bearer\t{token}"],
    "twice": ["Bearer {token}", "Bearer {token}"],
    "good and bad": ["Bearer {token}", "Bearer x"],
    "empty and good": ["", "Bearer {token}"],
}


@pytest.mark.parametrize("values", HEADERS.values(), ids=HEADERS.keys())
async def test_anything_but_one_bearer_token_is_refused(sign_in: SignIn, values: list[str]) -> None:
    jane = await sign_in("jane")
    assert jane.token
    headers = [("Authorization", value.format(token=jane.token)) for value in values]
    answer = await jane.http.get(f"{API}/config", headers=headers)
    assert_problem(answer, 401, "not-signed-in")
    assert jane.token not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer    "])
async def test_the_scheme_is_parsed_as_in_the_standard(sign_in: SignIn, scheme: str) -> None:
    jane = await sign_in("jane")
    answer = await jane.http.get(f"{API}/config", headers={"Authorization": f"{scheme}{jane.token}"})
    assert answer.status_code == 200
