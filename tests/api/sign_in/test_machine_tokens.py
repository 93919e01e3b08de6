"""The tokens of a signed-in machine: rotation, reuse, revocation, and the same checks as those of sessions."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from keydesk.app import API
from tests.api.sign_in.conftest import Arrive, OpenPortal
from tests.api.sign_in.person import AUDITORS, SignedInPerson
from tests.api.sign_in.terminal import Terminal, error_in, fields_on, signs_in_device
from tests.support.desk.desk import ADDRESS, Desk
from tests.support.desk.later import Later
from tests.support.peers.sign_in_provider import SignInProvider

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tokens(terminal: Terminal, jane: SignedInPerson) -> dict[str, str]:
    return await signs_in_device(terminal, jane)


def actions(database_file: Path) -> list[tuple[str, str]]:
    """Return the actions on machines in the audit log with their outcomes."""
    with closing(sqlite3.connect(database_file)) as connection:
        return connection.execute(
            "select action, outcome from audit_log where table_name = 'Keydesk_Machine' "
            "and outcome is not null order by seq"
        ).fetchall()


async def test_an_access_token_lasts_for_half_an_hour(
    terminal: Terminal, tokens: dict[str, str], clock: Later
) -> None:
    clock.by += timedelta(minutes=29)
    assert (await terminal.calls(tokens["access_token"])).status_code == 200
    clock.by += timedelta(minutes=2)
    assert (await terminal.calls(tokens["access_token"])).status_code == 401


async def test_a_refresh_replaces_both_tokens(terminal: Terminal, tokens: dict[str, str]) -> None:
    renewed = (await terminal.refreshes(tokens)).json()
    assert (await terminal.calls(renewed["access_token"])).status_code == 200
    assert (await terminal.calls(tokens["access_token"])).status_code == 401


async def test_a_refresh_token_that_is_used_twice_ends_the_sign_in(
    terminal: Terminal, tokens: dict[str, str], database_file: Path
) -> None:
    renewed = (await terminal.refreshes(tokens)).json()
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"
    assert error_in(await terminal.refreshes(renewed)) == "invalid_grant"
    assert (await terminal.calls(renewed["access_token"])).status_code == 401
    assert [action for action, _ in actions(database_file)] == [
        "approved",
        "signed_in",
        "refused",
        "signed_out",
    ]


async def test_each_token_works_only_as_what_it_is(terminal: Terminal, tokens: dict[str, str]) -> None:
    assert (await terminal.calls(tokens["refresh_token"])).status_code == 401
    assert error_in(await terminal.refreshes({"refresh_token": tokens["access_token"]})) == "invalid_grant"
    for spoilt in (tokens["access_token"][:-1] + "!", tokens["access_token"] + "x", "kda_" + "x" * 86):
        assert (await terminal.calls(spoilt)).status_code == 401
    assert (await terminal.calls(tokens["access_token"])).status_code == 200


async def test_a_machine_cannot_sign_in_another_machine(
    terminal: Terminal, tokens: dict[str, str], jane: SignedInPerson
) -> None:
    codes = await terminal.asks_for_codes()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}", "Origin": ADDRESS}
    form = fields_on(await jane.http.get(f"/device?code={codes['user_code']}")) | {"decision": "confirm"}
    answer = await jane.http.post("/device", data=form, headers=bearer)
    assert answer.status_code == 403
    assert error_in(await terminal.polls(codes)) == "authorization_pending"


async def test_a_machines_session_is_no_session_of_a_browser(
    terminal: Terminal, tokens: dict[str, str]
) -> None:
    cookie = {"Cookie": f"keydesk_session={tokens['access_token'][4:47]}"}
    assert (await terminal.http.get("/keys", headers=cookie)).status_code == 303
    assert (await terminal.http.get(f"{API}/config", headers=cookie)).status_code == 401


async def test_a_token_is_enough_to_revoke_it(terminal: Terminal, tokens: dict[str, str]) -> None:
    refused = await terminal.sends("revoke", token=tokens["refresh_token"], client_id="somebody")
    assert error_in(refused) == "invalid_client"
    answer = await terminal.http.post("/oauth/revoke", data={"token": tokens["refresh_token"]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert (await terminal.calls(tokens["access_token"])).status_code == 401


async def test_signing_out_in_the_terminal_revokes_the_tokens(
    terminal: Terminal, tokens: dict[str, str], database_file: Path
) -> None:
    for token in ("nonsense", "kdr_" + "x" * 86, tokens["refresh_token"], tokens["refresh_token"]):
        answer = await terminal.sends("revoke", token=token)
        assert (answer.status_code, answer.json()) == (200, {})
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"
    assert actions(database_file)[-1] == ("signed_out", "succeeded")


async def test_a_person_signs_out_a_machine_in_the_portal(
    terminal: Terminal, tokens: dict[str, str], jane: SignedInPerson, carol: SignedInPerson
) -> None:
    page = await jane.http.get("/machines")
    address = page.text.partition('action="/machines/')[2].partition('"')[0]
    for visitor, status in ((carol, 404), (jane, 303), (jane, 404)):
        form = {"csrf": fields_on(await visitor.http.get("/device"))["csrf"]}
        answer = await visitor.http.post(f"/machines/{address}", data=form, headers={"Origin": ADDRESS})
        assert answer.status_code == status
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    assert "not signed in on any machine" in (await jane.http.get("/machines")).text


async def test_a_machine_outlives_the_session_that_confirmed_it(
    terminal: Terminal, tokens: dict[str, str], clock: Later
) -> None:
    tokens = await terminal.keeps_refreshing(tokens, clock, timedelta(days=13), times=5)
    clock.by += timedelta(days=15)
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant", "idleDays"


async def test_a_machine_signs_in_again_after_ninety_days(
    terminal: Terminal, tokens: dict[str, str], clock: Later
) -> None:
    for _ in range(7):
        clock.by += timedelta(days=12)
        tokens = (await terminal.refreshes(tokens)).json()
    clock.by += timedelta(days=7)
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"


async def test_groups_change_within_minutes(
    terminal: Terminal, tokens: dict[str, str], provider: SignInProvider, clock: Later
) -> None:
    assert (await terminal.calls(tokens["access_token"], "/audit")).status_code == 403
    provider.groups = [AUDITORS]
    clock.by += timedelta(minutes=6)
    assert (await terminal.calls(tokens["access_token"], "/audit")).status_code == 200


async def test_the_machine_of_a_person_who_left_is_signed_out(
    terminal: Terminal, tokens: dict[str, str], provider: SignInProvider, clock: Later
) -> None:
    provider.gone.add("jane")
    clock.by += timedelta(minutes=6)
    assert (await terminal.calls(tokens["access_token"])).status_code == 401
    provider.gone.clear()
    assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"


async def test_browser_and_machine_do_not_use_up_each_others_refresh_tokens(
    terminal: Terminal, tokens: dict[str, str], jane: SignedInPerson, clock: Later
) -> None:
    for _ in range(4):
        clock.by += timedelta(minutes=6)
        assert (await terminal.calls(tokens["access_token"])).status_code == 200
        assert await jane.is_signed_in()


async def test_a_machine_stays_signed_in_while_the_provider_is_away(
    terminal: Terminal, tokens: dict[str, str], provider: SignInProvider, clock: Later
) -> None:
    provider.server.stop()
    clock.by += timedelta(days=1)
    answer = await terminal.refreshes(tokens)
    assert (answer.status_code, answer.json()["type"]) == (
        503,
        "urn:keydesk:problem:identity-provider-unavailable",
    )
    provider.server.start()
    clock.by += timedelta(minutes=1)
    assert (await terminal.refreshes(tokens)).status_code == 200


async def test_the_provider_signs_out_the_machines_of_a_person(
    terminal: Terminal, tokens: dict[str, str], provider: SignInProvider, portal: Desk
) -> None:
    form = {"logout_token": provider.logout_token("jane")}
    assert (await portal.http.post("/sign-in/back-channel-logout", data=form)).status_code == 200
    assert (await terminal.calls(tokens["access_token"])).status_code == 401


async def test_refused_tokens_are_limited_and_valid_ones_are_not(
    terminal: Terminal, tokens: dict[str, str], clock: Later
) -> None:
    clock.stop()
    for _ in range(60):
        assert error_in(await terminal.refreshes({"refresh_token": "x"})) == "invalid_grant"
    assert (await terminal.refreshes({"refresh_token": "x"})).status_code == 429
    assert (await terminal.refreshes(tokens)).status_code == 200


async def test_expired_sign_ins_are_deleted(
    terminal: Terminal, jane: SignedInPerson, portal: Desk, clock: Later
) -> None:
    await signs_in_device(terminal, jane)
    await terminal.asks_for_codes()
    machines = portal.app.state.services.machines
    assert await machines.prune.apply() == 0
    clock.by += timedelta(days=15)
    assert await machines.prune.apply() == 4, "a session with its machine, and two requests"


async def test_idle_days_can_be_set(open_portal: OpenPortal, arrive: Arrive, clock: Later) -> None:
    async with open_portal(machines={"idle_days": 1}) as desk, arrive(desk) as jane:
        await jane.signs_in()
        terminal = Terminal(desk.http)
        tokens = await signs_in_device(terminal, jane)
        clock.by += timedelta(days=2)
        assert error_in(await terminal.refreshes(tokens)) == "invalid_grant"
