"""A machine with a browser signs in with a redirect to one of its ports, and PKCE (RFC 8252, RFC 7636)."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.sign_in.conftest import Arrive
from tests.api.sign_in.person import SignedInPerson
from tests.api.sign_in.terminal import (
    REDIRECT,
    Terminal,
    answers,
    code_for,
    confirms,
    error_in,
    fields_on,
    leads_to,
)
from tests.support.desk.desk import ADDRESS, Desk
from tests.support.desk.later import Later

pytestmark = pytest.mark.anyio

ELSEWHERE = (
    "https://evil.example.com/callback",
    "http://evil.example.com:50123/callback",
    "http://127.0.0.1.evil.example.com:50123/callback",
    "http://127.0.0.1:50123@evil.example.com/callback",
    "http://evil.example.com#http://127.0.0.1:50123/callback",
    "http://127.0.0.1:50123/callback#fragment",
    "http://127.0.0.1:50123/callback?next=https://evil.example.com",
    "http://127.0.0.1:50123/other",
    "http://127.0.0.1:50123/callback/../x",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:50123\\@evil.example.com/callback",
    "http://127.0.0.1:50123/callback\nX: y",
    "http://127.0.0.2:50123/callback",
    "http://0.0.0.0:50123/callback",
    "http://localhost.evil.example.com:50123/callback",
    "http://evil.localhost:50123/callback",
    "http://localhost:50123/callback/open",
    "http://localhost:50123/oauth/callback",
    "https://127.0.0.1:50123/callback",
    "javascript:alert(1)",
    "//127.0.0.1:50123/callback",
    "",
    None,
)


async def test_the_code_gives_tokens_of_the_person(terminal: Terminal, jane: SignedInPerson) -> None:
    code = await code_for(terminal, jane)
    tokens = (await terminal.exchanges(code)).json()
    assert (await terminal.calls(tokens["access_token"])).status_code == 200
    assert "jane&#39;s laptop" in (await jane.http.get("/machines")).text


@pytest.mark.parametrize("host", ["[::1]", "localhost"])
async def test_other_names_of_this_machine_work_too(
    terminal: Terminal, jane: SignedInPerson, host: str
) -> None:
    address = f"http://{host}:50123/callback"
    back = leads_to(await confirms(jane, terminal.address(redirect_uri=address)))
    assert back.startswith(f"{address}?code=")
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert (await terminal.exchanges(code, redirect_uri=address)).status_code == 200


async def test_a_visitor_signs_in_first_and_then_still_has_to_confirm(
    terminal: Terminal, portal: Desk, arrive: Arrive
) -> None:
    async with arrive(portal) as jane:
        answer = await jane.http.get(terminal.address())
        assert answer.status_code == 303
        (following,) = parse_qs(urlsplit(answer.headers["location"]).query)["next"]
        assert following == terminal.address()


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_the_redirect_leads_to_this_machine_only(
    terminal: Terminal, jane: SignedInPerson, elsewhere: str | None
) -> None:
    answer = await jane.http.get(terminal.address(redirect_uri=elsewhere))
    assert (answer.status_code, "location" in answer.headers) == (422, False)
    assert "http-equiv" not in answer.text
    form = fields_on(await jane.http.get(terminal.address())) | {"decision": "confirm"}
    form["redirect_uri"] = elsewhere or ""
    answer = await jane.http.post("/oauth/authorize", data=form, headers={"Origin": ADDRESS})
    assert (answer.status_code, "http-equiv" in answer.text) == (422, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"state": None},
        {"state": "short"},
        {"state": "with spaces and\nlines"},
        {"response_type": "token"},
        {"response_type": "code id_token"},
        {"response_type": None},
        {"resource": "https://evil.example.com/mcp"},
        {"resource": f"{ADDRESS}/mcp/other"},
        {"client_id": "somebody"},
        {"client_id": None},
    ],
    ids=str,
)
async def test_a_weaker_request_is_refused(
    terminal: Terminal, jane: SignedInPerson, changes: dict[str, str | None]
) -> None:
    answer = await jane.http.get(terminal.address(**changes))
    assert (answer.status_code, "http-equiv" in answer.text) == (422, False)


async def test_a_parameter_that_is_there_twice_is_refused(terminal: Terminal, jane: SignedInPerson) -> None:
    assert (await jane.http.get(f"{terminal.address()}&state={'x' * 20}")).status_code == 422


async def test_opening_the_link_gives_no_code(terminal: Terminal, jane: SignedInPerson) -> None:
    page = await jane.http.get(f"{terminal.address()}&decision=confirm")
    assert (page.status_code, "http-equiv" in page.text) == (200, False)
    assert "Confirm sign-in" in page.text


async def test_a_page_of_another_site_cannot_confirm(terminal: Terminal, jane: SignedInPerson) -> None:
    form = fields_on(await jane.http.get(terminal.address())) | {"decision": "confirm"}
    for sent, origin in (
        ({**form, "csrf": "x" * 80}, ADDRESS),
        (form, "https://evil.example.com"),
    ):
        answer = await jane.http.post("/oauth/authorize", data=sent, headers={"Origin": origin})
        assert (answer.status_code, "http-equiv" in answer.text) == (403, False)


async def test_a_rejection_reaches_the_machine(terminal: Terminal, jane: SignedInPerson) -> None:
    back = urlsplit(leads_to(await answers(jane, terminal.address(), "reject")))
    assert parse_qs(back.query) == {
        "error": ["access_denied"],
        "state": [terminal.state],
        "iss": [ADDRESS],
    }


async def test_a_code_works_once_and_its_reuse_ends_the_sign_in(
    terminal: Terminal, jane: SignedInPerson
) -> None:
    code = await code_for(terminal, jane)
    tokens = (await terminal.exchanges(code)).json()
    assert error_in(await terminal.exchanges(code)) == "invalid_grant"
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:50124/callback"}, "invalid_grant"),
    ],
    ids=["wrong verifier", "short verifier", "another port"],
)
async def test_a_stolen_code_is_useless_and_used_up(
    terminal: Terminal, jane: SignedInPerson, changes: dict[str, str], error: str
) -> None:
    code = await code_for(terminal, jane)
    assert error_in(await terminal.exchanges(code, **changes)) == error
    assert error_in(await terminal.exchanges(code)) == "invalid_grant"


async def test_tokens_for_another_server_are_refused(terminal: Terminal, jane: SignedInPerson) -> None:
    code = await code_for(terminal, jane)
    elsewhere = await terminal.exchanges(code, resource="https://evil.example.com/mcp")
    assert error_in(elsewhere) == "invalid_target"
    answer = await terminal.exchanges(code, resource=f"{ADDRESS}/mcp")
    assert answer.status_code == 200
    tokens = answer.json()
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert error_in(await terminal.sends("token", **refresh, resource="urn:other")) == "invalid_target"
    assert (await terminal.sends("token", **refresh, resource=ADDRESS)).status_code == 200


async def test_the_page_shows_what_asks_and_where_it_continues(
    terminal: Terminal, jane: SignedInPerson
) -> None:
    page = (await jane.http.get(terminal.address())).text
    assert "The Keydesk command line on" in page
    assert REDIRECT in page
    there = "http://localhost:3118/callback"
    asked = {"redirect_uri": there, "resource": f"{ADDRESS}/mcp", "machine_name": None}
    page = (await jane.http.get(terminal.address(**asked, scope="keys:all", prompt="consent"))).text
    assert "a coding agent" in page
    assert "MCP client" in page
    assert there in page
    assert "keydesk login" not in page


async def test_the_challenge_is_no_verifier(terminal: Terminal, jane: SignedInPerson) -> None:
    """With the method `plain`, anyone who sees the URL could redeem the code."""
    code = await code_for(terminal, jane)
    challenge = parse_qs(urlsplit(terminal.address()).query)["code_challenge"][0]
    assert error_in(await terminal.exchanges(code, code_verifier=challenge)) == "invalid_grant"


async def test_a_code_without_a_verifier_is_refused(terminal: Terminal, jane: SignedInPerson) -> None:
    code = await code_for(terminal, jane)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    assert error_in(await terminal.sends("token", **fields)) == "invalid_request"


async def test_a_code_lasts_for_two_minutes(terminal: Terminal, jane: SignedInPerson, clock: Later) -> None:
    code = await code_for(terminal, jane)
    clock.by += timedelta(minutes=2, seconds=1)
    assert error_in(await terminal.exchanges(code)) == "invalid_grant"


async def test_codes_of_one_kind_do_not_work_as_the_other(terminal: Terminal, jane: SignedInPerson) -> None:
    code = await code_for(terminal, jane)
    assert error_in(await terminal.polls({"device_code": code})) == "invalid_grant"
    codes = await terminal.asks_for_codes()
    await confirms(jane, f"/device?code={codes['user_code']}")
    assert error_in(await terminal.exchanges(codes["device_code"])) == "invalid_grant"
