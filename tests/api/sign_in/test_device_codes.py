"""A machine without a browser signs in with a code that its person confirms in the portal (RFC 8628)."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.sign_in.conftest import Arrive, OpenPortal
from tests.api.sign_in.person import SignedInPerson
from tests.api.sign_in.terminal import (
    Terminal,
    answers,
    confirms,
    error_in,
    fields_on,
    leads_to,
    signs_in_device,
)
from tests.support.desk.desk import ADDRESS, Desk
from tests.support.desk.later import Later
from tests.support.peers.sign_in_provider import SignInProvider

pytestmark = pytest.mark.anyio


async def test_a_confirmed_code_signs_the_machine_in_as_its_person(
    terminal: Terminal, jane: SignedInPerson
) -> None:
    codes = await terminal.asks_for_codes()
    assert codes["verification_uri"] == f"{ADDRESS}/device"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert error_in(await terminal.polls(codes)) == "authorization_pending"
    page = await jane.http.get(f"/device?code={codes['user_code'].lower().replace('-', ' ')}")
    for shown in ("jane&#39;s laptop", codes["user_code"], "127.0.0.1"):
        assert shown in page.text
    assert (await confirms(jane, f"/device?code={codes['user_code']}")).headers["location"] == "/machines"
    tokens = (await terminal.polls(codes)).json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 1800)
    assert (await terminal.calls(tokens["access_token"])).status_code == 200


async def test_a_rejected_code_tells_the_machine_so(terminal: Terminal, jane: SignedInPerson) -> None:
    codes = await terminal.asks_for_codes()
    done = await answers(jane, f"/device?code={codes['user_code']}", "reject")
    assert done.headers["location"] == "/device"
    assert error_in(await terminal.polls(codes)) == "access_denied"


async def test_a_code_gives_tokens_once_and_its_reuse_ends_the_sign_in(
    terminal: Terminal, jane: SignedInPerson
) -> None:
    codes = await terminal.asks_for_codes()
    await confirms(jane, f"/device?code={codes['user_code']}")
    tokens = (await terminal.polls(codes)).json()
    assert error_in(await terminal.polls(codes)) == "invalid_grant"
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"


async def test_polling_too_fast_slows_the_machine_down(terminal: Terminal, clock: Later) -> None:
    clock.stop()
    codes = await terminal.asks_for_codes()
    assert error_in(await terminal.polls(codes)) == "authorization_pending"
    for seconds in (1, 8):
        clock.by += timedelta(seconds=seconds)
        assert error_in(await terminal.polls(codes)) == "slow_down"
    clock.by += timedelta(seconds=15)
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_an_expired_code_cannot_be_confirmed_or_used(
    terminal: Terminal, jane: SignedInPerson, clock: Later
) -> None:
    waiting, confirmed = await terminal.asks_for_codes(), await terminal.asks_for_codes()
    await confirms(jane, f"/device?code={confirmed['user_code']}")
    clock.by += timedelta(minutes=11)
    assert (await jane.http.get(f"/device?code={waiting['user_code']}")).status_code == 404
    for codes in (waiting, confirmed):
        assert error_in(await terminal.polls(codes)) == "expired_token"


async def test_opening_the_link_confirms_nothing(terminal: Terminal, jane: SignedInPerson) -> None:
    codes = await terminal.asks_for_codes()
    for query in ("", "&decision=confirm", "&decision=confirm&csrf=x"):
        assert (await jane.http.get(f"{codes['verification_uri_complete']}{query}")).status_code == 200
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_a_page_of_another_site_cannot_confirm(
    terminal: Terminal, jane: SignedInPerson, carol: SignedInPerson
) -> None:
    codes = await terminal.asks_for_codes()
    path = f"/device?code={codes['user_code']}"
    own, foreign = fields_on(await jane.http.get(path)), fields_on(await carol.http.get(path))
    for form, origin in (
        ({**own, "csrf": ""}, ADDRESS),
        ({**own, "csrf": foreign["csrf"]}, ADDRESS),
        (own, "https://evil.example.com"),
    ):
        sent = {**form, "decision": "confirm"}
        answer = await jane.http.post("/device", data=sent, headers={"Origin": origin})
        assert answer.status_code == 403
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_the_provider_must_confirm_the_person_who_clicked(
    terminal: Terminal, jane: SignedInPerson, provider: SignInProvider
) -> None:
    codes = await terminal.asks_for_codes()
    page = await answers(jane, f"/device?code={codes['user_code']}")
    answer = await jane.http.get(provider.answer_to(leads_to(page), "carol"))
    assert answer.status_code == 400
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_another_browser_cannot_finish_the_sign_in(
    terminal: Terminal, jane: SignedInPerson, portal: Desk, arrive: Arrive, provider: SignInProvider
) -> None:
    codes = await terminal.asks_for_codes()
    page = await answers(jane, f"/device?code={codes['user_code']}")
    back = provider.answer_to(leads_to(page), "jane")
    async with arrive(portal) as stranger, arrive(portal) as second:
        assert (await stranger.http.get(back)).status_code == 400
        await second.signs_in()
        # The second browser even has the cookie that belongs to the sign-in at the provider.
        second.http.cookies.set("keydesk_sign_in", str(jane.http.cookies.get("keydesk_sign_in")))
        refused = await second.http.get(back)
        assert (refused.status_code, "another browser" in refused.text) == (400, True)
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_a_code_belongs_to_the_first_person_who_confirms_it(
    terminal: Terminal, jane: SignedInPerson, carol: SignedInPerson
) -> None:
    codes = await terminal.asks_for_codes()
    form = fields_on(await carol.http.get(f"/device?code={codes['user_code']}"))
    await confirms(jane, f"/device?code={codes['user_code']}")
    late = await carol.http.post("/device", data=form | {"decision": "confirm"}, headers={"Origin": ADDRESS})
    assert late.status_code == 404
    tokens = (await terminal.polls(codes)).json()
    assert "jane" in (await jane.http.get("/machines")).text
    assert (await terminal.calls(tokens["access_token"])).status_code == 200
    assert "jane&#39;s laptop" not in (await carol.http.get("/machines")).text


async def test_guessing_codes_is_limited(terminal: Terminal, jane: SignedInPerson, clock: Later) -> None:
    clock.stop()
    codes = await terminal.asks_for_codes()
    for number in range(10):
        assert (await jane.http.get(f"/device?code=BBBB-BBB{'BCDFGHJKLM'[number]}")).status_code == 404
    assert (await jane.http.get(f"/device?code={codes['user_code']}")).status_code == 429


async def test_one_address_cannot_start_sign_ins_without_end(terminal: Terminal, clock: Later) -> None:
    clock.stop()
    for _ in range(30):
        await terminal.asks_for_codes()
    answer = await terminal.sends("device_authorization")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)


async def test_the_name_of_a_machine_is_text(terminal: Terminal, jane: SignedInPerson) -> None:
    codes = await terminal.asks_for_codes("<b>ACME\u202e admin\r\nbox</b>" + "x" * 100)
    page = await jane.http.get(f"/device?code={codes['user_code']}")
    assert "&lt;b&gt;ACME admin box&lt;/b&gt;xxx" in page.text
    assert "\u202e" not in page.text
    assert "x" * 61 not in page.text


async def test_only_the_command_line_can_use_the_endpoints(terminal: Terminal) -> None:
    codes = await terminal.asks_for_codes()
    for path, form, error in (
        ("device_authorization", {"client_id": "somebody"}, "invalid_client"),
        ("token", {"client_id": ""}, "invalid_client"),
        ("token", {}, "invalid_request"),
        ("token", {"grant_type": "password"}, "unsupported_grant_type"),
        ("token", {"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ("token", {"grant_type": "authorization_code", "code": codes["device_code"]}, "invalid_request"),
        ("revoke", {}, "invalid_request"),
    ):
        assert error_in(await terminal.sends(path, **form)) == error
    body = {"client_id": "keydesk-cli"}
    for sent in (
        {"json": body},
        {"content": "client_id=keydesk-cli", "headers": {"Content-Type": "text/plain"}},
    ):
        assert error_in(await terminal.http.post("/oauth/device_authorization", **sent)) == "invalid_request"
    twice = "client_id=keydesk-cli&client_id=keydesk-cli"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await terminal.http.post("/oauth/device_authorization", content=twice, headers=headers)
    assert error_in(answer) == "invalid_request"


async def test_a_code_can_be_confirmed_at_any_replica(
    terminal: Terminal, jane: SignedInPerson, other_replica: Desk, arrive: Arrive
) -> None:
    codes = await terminal.asks_for_codes()
    async with arrive(other_replica) as elsewhere:
        moved = await jane.moves_to(elsewhere.http)
        assert (await confirms(moved, f"/device?code={codes['user_code']}")).status_code == 303
    assert (await terminal.polls(codes)).status_code == 200


async def test_more_scopes_can_be_requested_for_machines(open_portal: OpenPortal, arrive: Arrive) -> None:
    """A refresh token that belongs to no browser session, for providers that accept only its newest one."""
    async with open_portal(machines={"scopes": ["offline_access", "email"]}) as desk, arrive(desk) as jane:
        usual = await jane.http.get("/sign-in/provider")
        assert parse_qs(urlsplit(usual.headers["location"]).query)["scope"] == ["openid profile email"]
        await jane.signs_in()
        codes = await Terminal(desk.http).asks_for_codes()
        page = await answers(jane, f"/device?code={codes['user_code']}")
        asked = parse_qs(urlsplit(leads_to(page)).query)["scope"]
        assert asked == ["openid profile email offline_access"]


async def test_machines_cannot_sign_in_if_that_is_turned_off(open_portal: OpenPortal, arrive: Arrive) -> None:
    async with open_portal(machines={"enabled": False}) as desk, arrive(desk) as jane:
        await jane.signs_in()
        for path in ("/device", "/machines", "/oauth/authorize", "/.well-known/oauth-authorization-server"):
            assert (await jane.http.get(path)).status_code == 404
        for path in ("device_authorization", "token", "revoke"):
            assert (await Terminal(desk.http).sends(path)).status_code == 404
        assert 'href="/machines"' not in (await jane.http.get("/models")).text


async def test_the_metadata_names_the_endpoints(portal: Desk) -> None:
    found = (await portal.http.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == ADDRESS
    assert found["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization", "token", "revocation", "device_authorization"):
        assert found[f"{name}_endpoint"].startswith(f"{ADDRESS}/oauth/")


async def test_tokens_are_stored_as_hashes_only(
    terminal: Terminal, jane: SignedInPerson, provider: SignInProvider, database_file: Path
) -> None:
    tokens = await signs_in_device(terminal, jane)
    with closing(sqlite3.connect(database_file)) as connection:
        dumped = "\n".join(connection.iterdump())
    assert "signed_in" in dumped
    for secret in (tokens["access_token"], tokens["refresh_token"], *provider.given):
        assert secret not in dumped
    assert tokens["access_token"][4:47] not in dumped, "the id of the session"
