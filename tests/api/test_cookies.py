"""The portal's cookie at the API.

It is valid for changes only from a Keydesk page, and never together with an invalid token.
"""

import pytest

from keydesk.auth.csrf import csrf_token
from keydesk.auth.session_cookie import SESSION
from tests.support.desk.desk import ADDRESS, Desk, OpenDesk, SignIn, Visitor, origin_of_our_own
from tests.support.desk.portal import session_cookie
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

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
"""A change that would be refused as invalid if it were accepted as authentic."""


async def cookie_of(desk: Desk, visitor: Visitor) -> dict[str, str]:
    return await session_cookie(desk.app, visitor.user_id)


def token_for(cookie: dict[str, str]) -> dict[str, str]:
    """Return the header that a page's own script sends."""
    return {"X-CSRF-Token": csrf_token(cookie["Cookie"].partition("=")[2])}


async def test_reading_needs_no_origin(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    assert (
        await desk.stranger().call("GET", "/config", headers=await cookie_of(desk, jane))
    ).status_code == 200


@pytest.mark.parametrize("origin", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_change_from_another_site_is_refused(
    origin: dict[str, str], desk: Desk, sign_in: SignIn, control: SandboxControl
) -> None:
    jane = await sign_in("jane")
    cookie = await cookie_of(desk, jane)
    control.forget()
    for method, path in (("POST", "/keys/generate"), ("POST", "/keys/key_x/block"), ("DELETE", "/keys/x")):
        headers = cookie | token_for(cookie) | origin
        answer = await desk.stranger().call(method, path, headers=headers, json=BODY)
        assert_problem(answer, 403, "untrusted-origin")
    assert control.calls() == []


async def test_a_change_from_a_keydesk_page_is_accepted(desk: Desk, sign_in: SignIn) -> None:
    cookie = await cookie_of(desk, await sign_in("jane"))
    headers = cookie | token_for(cookie) | origin_of_our_own()
    answer = await desk.stranger().call("POST", "/keys/generate", headers=headers, json=BODY)
    assert_problem(answer, 422, "invalid-request", param="alias")


@pytest.mark.parametrize(
    "token",
    [None, "", "junk", csrf_token("somebody else's session")],
    ids=["none", "empty", "junk", "another session's"],
)
async def test_a_change_without_a_csrf_token_is_refused(
    token: str | None, desk: Desk, sign_in: SignIn
) -> None:
    cookie = await cookie_of(desk, await sign_in("jane"))
    given = {} if token is None else {"X-CSRF-Token": token}
    headers = cookie | given | origin_of_our_own()
    answer = await desk.stranger().call("POST", "/keys/generate", headers=headers, json=BODY)
    assert_problem(answer, 403, "untrusted-origin")


async def test_a_token_in_the_header_requires_no_origin(sign_in: SignIn) -> None:
    """Programs send no origin."""
    jane = await sign_in("jane")
    answer = await jane.call("POST", "/keys/generate", json=BODY)
    assert_problem(answer, 422, "invalid-request", param="alias")


@pytest.mark.parametrize(
    "said",
    [
        *(FOREIGN[name] for name in FOREIGN if "Origin" in FOREIGN[name]),
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS},
    ],
    ids=str,
)
async def test_a_token_added_by_a_proxy_is_refused_from_another_site(
    said: dict[str, str], sign_in: SignIn, control: SandboxControl
) -> None:
    """The browser sends the request of the other site, and the proxy adds the token to it."""
    jane = await sign_in("jane")
    control.forget()
    for method, path in (("POST", "/keys/generate"), ("POST", "/keys/key_x/block"), ("DELETE", "/keys/x")):
        answer = await jane.call(method, path, headers=said, json=BODY)
        assert_problem(answer, 403, "untrusted-origin")
        assert "server.allowedOrigins" in answer.json()["hint"]
    assert control.calls() == []


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": ADDRESS},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://backstage.example.com", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
async def test_a_page_of_the_same_origin_can_send_a_token(said: dict[str, str], sign_in: SignIn) -> None:
    """This includes proxies that change the Host header, because browsers send Sec-Fetch-Site."""
    jane = await sign_in("jane")
    answer = await jane.call("POST", "/keys/generate", headers=said, json=BODY)
    assert_problem(answer, 422, "invalid-request", param="alias")


async def test_pages_of_configured_origins_may_send_a_token(desk_with: OpenDesk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    backstage = {"Origin": "https://backstage.example.com", "Sec-Fetch-Site": "cross-site"}
    async with desk_with(server={"allowed_origins": ["https://backstage.example.com"]}) as desk:
        answer = await desk.welcome(jane).call("POST", "/keys/generate", headers=backstage, json=BODY)
        assert_problem(answer, 422, "invalid-request", param="alias")


async def test_a_valid_cookie_does_not_replace_an_invalid_token(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    answer = await desk.stranger("junk").call("GET", "/config", headers=await cookie_of(desk, jane))
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize("cookie", ["", "junk", '"', "a b", "\u00e9"])
async def test_an_invalid_cookie_is_not_a_sign_in(cookie: str, desk: Desk) -> None:
    headers = {"Cookie": f"{SESSION}={cookie}".encode("latin-1")}
    answer = await desk.stranger().call("GET", "/config", headers=headers)
    assert_problem(answer, 401, "not-signed-in")
