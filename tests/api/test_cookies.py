"""The portal's cookie: it counts for changes only from a page of our own, and never beside a bad token."""

import pytest

from keydesk.identity.credentials import SIGN_IN_COOKIE
from tests.desk.desk import ADDRESS, Desk, SignIn, Visitor, origin_of_our_own
from tests.desk.problems import assert_problem
from tests.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

FOREIGN = {
    "no origin": {},
    "another site": {"Origin": "https://evil.example"},
    "a private page": {"Origin": "null"},
    "another port": {"Origin": f"{ADDRESS}:8001"},
    "a longer name": {"Origin": f"{ADDRESS}.evil.example"},
    "our name as user": {"Origin": f"{ADDRESS}@evil.example"},
    "nothing": {"Origin": ""},
    "no address": {"Origin": "http://[::1"},
    "two origins": {"Origin": f"{ADDRESS}, https://evil.example"},
    "only a referer": {"Referer": f"{ADDRESS}/"},
}
BODY = {"alias": "", "max_budget": 1.0}
"""A change that would be refused as invalid, once it is heard."""


def cookie_of(visitor: Visitor) -> dict[str, str]:
    return {"Cookie": f"{SIGN_IN_COOKIE}={visitor.token}"}


async def test_reading_needs_no_origin(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    assert (await desk.stranger().call("GET", "/config", headers=cookie_of(jane))).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_change_from_elsewhere_is_refused(
    origin: dict[str, str], desk: Desk, sign_in: SignIn, control: SandboxControl
) -> None:
    jane = await sign_in("jane")
    control.forget()
    for method, path in (("POST", "/keys/generate"), ("POST", "/keys/key_x/block"), ("DELETE", "/keys/x")):
        headers = cookie_of(jane) | origin
        answer = await desk.stranger().call(method, path, headers=headers, json=BODY)
        assert_problem(answer, 403, "untrusted-origin")
    assert control.calls() == []


async def test_a_change_from_our_own_page_is_heard(desk: Desk, sign_in: SignIn) -> None:
    headers = cookie_of(await sign_in("jane")) | origin_of_our_own()
    answer = await desk.stranger().call("POST", "/keys/generate", headers=headers, json=BODY)
    assert_problem(answer, 422, "invalid-request", param="alias")


async def test_a_token_in_the_header_needs_no_origin(sign_in: SignIn) -> None:
    """No foreign page can set that header."""
    jane = await sign_in("jane")
    foreign = {"Origin": "https://evil.example"}
    answer = await jane.call("POST", "/keys/generate", headers=foreign, json=BODY)
    assert_problem(answer, 422, "invalid-request", param="alias")


async def test_a_good_cookie_does_not_make_up_for_a_bad_token(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    answer = await desk.stranger("junk").call("GET", "/config", headers=cookie_of(jane))
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize("cookie", ["", "junk", '"', "a b", "\u00e9"])
async def test_a_junk_cookie_is_no_sign_in(cookie: str, desk: Desk) -> None:
    headers = {"Cookie": f"{SIGN_IN_COOKIE}={cookie}".encode("latin-1")}
    answer = await desk.stranger().call("GET", "/config", headers=headers)
    assert_problem(answer, 401, "not-signed-in")


async def test_the_sign_in_page_sets_a_cookie_that_scripts_and_other_sites_cannot_use(
    desk: Desk, sign_in: SignIn
) -> None:
    jane = await sign_in("jane")
    answer = await desk.http.post("/sign-in", data={"person": jane.user_id}, headers=origin_of_our_own())
    desk.http.cookies.clear()
    assert answer.status_code == 303
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{SIGN_IN_COOKIE}=")
    assert {"HttpOnly", "SameSite=strict"} <= set(attributes)


async def test_another_site_signs_nobody_in(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    for headers in FOREIGN.values():
        answer = await desk.http.post("/sign-in", data={"person": jane.user_id}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
