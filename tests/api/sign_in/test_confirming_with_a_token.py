"""An installation with Backstage tokens only: people confirm the codes of terminals through the API."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from keydesk.app import API
from tests.api.sign_in.backstage_only import (
    PAGE,
    PeersClock,
    confirms,
    looked_up,
    settings_of,
    signed_in,
    visitor,
)
from tests.api.sign_in.terminal import Terminal, error_in
from tests.api.sign_in.test_machine_tokens import actions
from tests.support.desk.desk import ADDRESS, Desk, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import ISSUER, Backstage
from tests.support.peers.oidc import AUDIENCE, Issuer
from tests.support.peers.server import Server, running_server
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio
COMMAND_LINE = "keydesk-cli"


@pytest.fixture(scope="module")
def servers() -> Iterator[list[Server]]:
    with running_server() as backend, running_server() as catalog, running_server() as issuer:
        yield [backend, catalog, issuer]


@pytest.fixture
def backstage(servers: list[Server], clock: Later) -> Backstage:
    found = Backstage(PeersClock(clock), *servers[:2])
    for name in ("jane", "carol", "bob"):
        found.knows(name, "engineers")
    found.denies("bob", "litellm.key.create")
    return found


@pytest.fixture
def issuer(servers: list[Server], clock: Later) -> Issuer:
    return Issuer(PeersClock(clock), servers[2])


@pytest.fixture
async def desk(
    sandbox: Upstream, tmp_path: Path, backstage: Backstage, issuer: Issuer, clock: Later
) -> AsyncIterator[Desk]:
    identity = {
        "backstage": {"base_url": backstage.url, "issuer": ISSUER},
        "oidc": [
            {"issuer": issuer.issuer, "audiences": [AUDIENCE], "command_line": {"client_id": COMMAND_LINE}}
        ],
    }
    async with open_desk(settings_of(sandbox, tmp_path, backstage, identity=identity), clock) as found:
        yield found


@pytest.fixture
def terminal(desk: Desk) -> Terminal:
    return Terminal(desk.http)


@pytest.fixture
def jane(desk: Desk, backstage: Backstage) -> Visitor:
    return visitor(desk, backstage.token_of("jane"))


@pytest.fixture
def carol(desk: Desk, backstage: Backstage) -> Visitor:
    return visitor(desk, backstage.token_of("carol"))


async def test_a_machine_is_signed_in_and_makes_a_key(
    desk: Desk, terminal: Terminal, jane: Visitor, database_file: Path
) -> None:
    codes = await terminal.asks_for_codes("<laptop>")
    assert (codes["verification_uri"], "verification_uri_complete" in codes) == (PAGE, False)
    shown = await looked_up(jane, codes)
    assert (shown["name"], shown["address"], shown["server"]) == ("<laptop>", "127.0.0.1", ADDRESS)
    assert codes["user_code"] not in shown["confirmation"]
    assert error_in(await terminal.polls(codes)) == "authorization_pending", "looking up confirms nothing"
    answer = await jane.post("/machines/confirm", confirmation=shown["confirmation"])
    assert answer.json() == {"success": True}
    tokens = (await terminal.polls(codes)).json()
    assert tokens["person"] == "user:default/jane"
    machine = visitor(desk, tokens["access_token"])
    assert (await machine.issue("from-the-terminal"))["key"].startswith("sk-")
    (listed,) = await jane.read("/machines")
    assert listed["name"] == "<laptop>"
    assert actions(database_file) == [("approved", "succeeded"), ("signed_in", "succeeded")]


async def test_typed_codes_are_read_like_in_the_portal(terminal: Terminal, jane: Visitor) -> None:
    codes = await terminal.asks_for_codes()
    typed = codes["user_code"].lower().replace("-", " ")
    assert (await jane.post("/machines/look_up", code=f" {typed} ")).status_code == 200


async def test_a_rejection_reaches_the_terminal(terminal: Terminal, jane: Visitor) -> None:
    codes = await terminal.asks_for_codes()
    shown = await looked_up(jane, codes)
    assert (await jane.post("/machines/reject", confirmation=shown["confirmation"])).status_code == 200
    assert error_in(await terminal.polls(codes)) == "access_denied"
    again = await jane.post("/machines/confirm", confirmation=shown["confirmation"])
    assert_problem(again, 404, "not-found")


async def test_only_the_person_who_looked_it_up_can_confirm(
    terminal: Terminal, jane: Visitor, carol: Visitor
) -> None:
    codes = await terminal.asks_for_codes()
    shown = await looked_up(jane, codes)
    for path in ("/machines/confirm", "/machines/reject"):
        answer = await carol.post(path, confirmation=shown["confirmation"])
        assert_problem(answer, 404, "not-found")
    assert error_in(await terminal.polls(codes)) == "authorization_pending"
    assert (await confirms(carol, codes)).status_code == 200
    late = await jane.post("/machines/confirm", confirmation=shown["confirmation"])
    assert_problem(late, 404, "not-found")
    assert (await terminal.polls(codes)).json()["person"] == "user:default/carol"


async def test_a_code_or_an_invented_proof_confirms_nothing(terminal: Terminal, jane: Visitor) -> None:
    codes = await terminal.asks_for_codes()
    for sent in (
        {"confirmation": codes["user_code"]},
        {"confirmation": codes["device_code"]},
        {"confirmation": "eyJhbGciOiJub25lIn0.e30."},
    ):
        assert_problem(await jane.post("/machines/confirm", **sent), 404, "not-found")
    for sent in (
        {"code": codes["user_code"]},
        {},
        {"confirmation": "x", "person": "user:default/carol"},
        {"confirmation": ""},
    ):
        assert (await jane.post("/machines/confirm", **sent)).status_code == 422
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_a_machine_cannot_sign_in_or_out_other_machines(
    desk: Desk, terminal: Terminal, jane: Visitor
) -> None:
    machine = visitor(desk, (await signed_in(terminal, jane))["access_token"])
    codes = await terminal.asks_for_codes()
    shown = await looked_up(jane, codes)
    (listed,) = await machine.read("/machines")
    for answer in (
        await machine.post("/machines/look_up", code=codes["user_code"]),
        await machine.post("/machines/confirm", confirmation=shown["confirmation"]),
        await machine.post("/machines/reject", confirmation=shown["confirmation"]),
        await machine.delete(f"/machines/{listed['id']}"),
    ):
        assert answer.status_code == 403, answer.text
    assert error_in(await terminal.polls(codes)) == "authorization_pending"
    assert len(await jane.read("/machines")) == 1


async def test_plugins_confirm_nothing(desk: Desk, terminal: Terminal, backstage: Backstage) -> None:
    codes = await terminal.asks_for_codes()
    for_jane = visitor(desk, backstage.plugin_token_for("jane"))
    assert (await for_jane.get("/config")).status_code == 200
    answer = await for_jane.post("/machines/look_up", code=codes["user_code"])
    assert answer.status_code == 403, answer.text


async def test_an_access_token_of_a_provider_can_confirm(
    desk: Desk, terminal: Terminal, issuer: Issuer
) -> None:
    person = visitor(desk, issuer.token_of("carol", "engineers", aud=AUDIENCE))
    assert (await signed_in(terminal, person))["person"] == "user:default/carol"


async def test_the_command_lines_token_of_a_provider_cannot(
    desk: Desk, terminal: Terminal, issuer: Issuer
) -> None:
    codes = await terminal.asks_for_codes()
    machines: list[dict[str, Any]] = [
        {"azp": COMMAND_LINE},
        {"client_id": COMMAND_LINE},
        {"aud": [AUDIENCE, COMMAND_LINE]},
    ]
    for claims in machines:
        token = issuer.token_of("carol", "engineers", **{"aud": AUDIENCE, **claims})
        assert (await visitor(desk, token).get("/config")).status_code == 200
        answer = await visitor(desk, token).post("/machines/look_up", code=codes["user_code"])
        assert answer.status_code == 403, answer.text


async def test_backstage_can_forbid_it(desk: Desk, terminal: Terminal, backstage: Backstage) -> None:
    codes = await terminal.asks_for_codes()
    bob = visitor(desk, backstage.token_of("bob"))
    assert_problem(await bob.post("/machines/look_up", code=codes["user_code"]), 403, "permission-missing")


async def test_guessing_is_limited_for_codes_and_proofs(
    terminal: Terminal, jane: Visitor, carol: Visitor, clock: Later
) -> None:
    clock.stop()
    codes = await terminal.asks_for_codes()
    shown = await looked_up(jane, codes)
    for number in range(5):
        code = f"BBBB-BBB{'BCDFG'[number]}"
        assert (await jane.post("/machines/look_up", code=code)).status_code == 404
        assert (await jane.post("/machines/confirm", confirmation=code)).status_code == 404
    for path, sent in (
        ("/machines/look_up", {"code": codes["user_code"]}),
        ("/machines/confirm", {"confirmation": shown["confirmation"]}),
    ):
        answer = await jane.post(path, **sent)
        assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
    assert (await looked_up(carol, codes))["name"] == shown["name"]


async def test_an_expired_code_cannot_be_looked_up_or_confirmed(
    terminal: Terminal, jane: Visitor, clock: Later
) -> None:
    codes = await terminal.asks_for_codes()
    shown = await looked_up(jane, codes)
    clock.by += timedelta(minutes=11)
    assert_problem(await jane.post("/machines/look_up", code=codes["user_code"]), 404, "not-found")
    answer = await jane.post("/machines/confirm", confirmation=shown["confirmation"])
    assert_problem(answer, 404, "not-found")


async def test_signing_out_a_machine_ends_its_tokens(
    terminal: Terminal, jane: Visitor, carol: Visitor
) -> None:
    tokens = await signed_in(terminal, jane)
    (listed,) = await jane.read("/machines")
    assert await carol.read("/machines") == []
    assert_problem(await carol.delete(f"/machines/{listed['id']}"), 404, "not-found")
    assert_problem(await jane.delete("/machines/unknown"), 404, "not-found")
    assert (await jane.delete(f"/machines/{listed['id']}")).json() == {"success": True}
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"


async def test_the_sign_in_ends_like_a_session(terminal: Terminal, jane: Visitor, clock: Later) -> None:
    tokens = await signed_in(terminal, jane)
    (listed,) = await jane.read("/machines")
    tokens = await terminal.keeps_refreshing(tokens, clock, timedelta(minutes=29), times=24)
    clock.by += timedelta(minutes=29)
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"
    assert listed["expires_at"] > listed["signed_in_at"]


async def test_the_machine_of_a_person_who_left_can_change_nothing(
    desk: Desk, terminal: Terminal, jane: Visitor, backstage: Backstage, clock: Later
) -> None:
    machine = visitor(desk, (await signed_in(terminal, jane))["access_token"])
    await machine.issue("before-leaving")
    backstage.forgets("jane")
    clock.by += timedelta(minutes=11)
    await desk.app.state.services.resync_accounts.apply()
    for answer in (
        await machine.post("/keys/generate", alias="after-leaving", max_budget=5.0),
        await machine.get("/keys"),
        await machine.get("/usage"),
    ):
        assert answer.status_code == 403, answer.text


async def test_the_metadata_names_the_page_and_no_browser_sign_in(desk: Desk) -> None:
    found = (await desk.http.get("/.well-known/oauth-authorization-server")).json()
    assert found["keydesk_confirmation_page"] == PAGE
    assert "authorization_endpoint" not in found
    assert "authorization_code" not in found["grant_types_supported"]
    assert found["response_types_supported"] == []


async def test_without_the_setting_codes_are_confirmed_in_the_portal_only(
    sandbox: Upstream, tmp_path: Path, backstage: Backstage, clock: Later
) -> None:
    proxy = {"trusted_proxy": {"networks": ["127.0.0.1/32"]}}
    identity = {"backstage": {"base_url": backstage.url, "issuer": ISSUER}}
    settings = settings_of(sandbox, tmp_path, backstage, portal={}, identity=identity | proxy)
    async with open_desk(settings, clock) as desk:
        codes = await Terminal(desk.http).asks_for_codes()
        jane = visitor(desk, backstage.token_of("jane"))
        answer = await jane.post("/machines/look_up", code=codes["user_code"])
        assert_problem(answer, 403, "policy-refused")
        headers = {"X-Forwarded-User": "jane", "Origin": ADDRESS}
        answer = await desk.http.post(f"{API}/machines/look_up", json={"code": "x"}, headers=headers)
        assert answer.status_code == 403
