"""Connecting OpenCode: each connection sends a working key to the person's own machine only."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from keydesk.app import API
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.portal import session_cookie
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import tokens_of

pytestmark = pytest.mark.anyio
CONNECT = "/opencode/connect"
CALLBACK = "http://127.0.0.1:41337/callback"
OPENCODE = {
    "opencode": {"enabled": True, "key_duration": "7d", "max_budget": 3.0, "metadata": {"for": "opencode"}}
}


@pytest.fixture
async def open_code(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(litellm=OPENCODE) as desk:
        yield desk


@pytest.fixture
async def jane(open_code: Desk, as_person: SignIn) -> Visitor:
    return open_code.welcome(await as_person("jane"))


async def connected(visitor: Visitor, **query: str) -> dict[str, str]:
    """Return the values sent to the callback."""
    answer = await visitor.get(CONNECT, **{"redirect_uri": CALLBACK} | query)
    assert answer.status_code == 302, answer.text
    assert answer.content == b""
    base, _, given = answer.headers["location"].partition("?")
    assert base == query.get("redirect_uri", CALLBACK)
    return {name: values[0] for name, values in parse_qs(given, keep_blank_values=True).items()}


async def slot(visitor: Visitor, alias: str) -> list[dict[str, Any]]:
    """Return the visitor's keys whose alias has this prefix."""
    return [key for key in await visitor.read("/keys") if key["key_alias"].startswith(alias)]


async def test_a_connection_sends_a_key_that_works(jane: Visitor, gateway: Gateway) -> None:
    given = await connected(jane, state="a b&c=d")
    assert {name: given[name] for name in given if name != "key"} == {"team": "", "state": "a b&c=d"}
    assert (await gateway.chat(given["key"])).status == 200
    (key,) = await slot(jane, "opencode-")
    assert (key["key_alias"], key["max_budget"]) == (f"opencode-{jane.user_id}", 3.0)
    assert key["expires_at"] is not None


async def test_every_further_connection_replaces_the_key(jane: Visitor, gateway: Gateway) -> None:
    secrets, ids = [], []
    for _ in range(3):
        secrets.append((await connected(jane))["key"])
        (key,) = await slot(jane, "opencode-")
        assert key["key_alias"] == f"opencode-{jane.user_id}"
        ids.append(key["token"])
    assert [(await gateway.chat(secret)).status for secret in secrets] == [401, 401, 200]
    for old in ids[:2]:
        assert_problem(await jane.delete(f"/keys/{old}"), 404, "not-found")


async def test_a_team_has_its_own_slot(jane: Visitor, make: Maker, gateway: Gateway) -> None:
    team = await make.team(jane.person)
    of_nobody = await connected(jane)
    given = await connected(jane, team=team.team_id)
    assert given["team"] == team.team_id
    assert [(await gateway.chat(each["key"])).status for each in (of_nobody, given)] == [200, 200]
    aliases = {key["key_alias"]: key["team_id"] for key in await slot(jane, "opencode-")}
    slot_of_team = f"opencode-{jane.user_id}-{team.team_id}"
    assert aliases == {f"opencode-{jane.user_id}": None, slot_of_team: team.team_id}


async def test_parallel_connections_leave_one_key(jane: Visitor, gateway: Gateway) -> None:
    given = await asyncio.gather(*(connected(jane) for _ in range(5)))
    statuses = [(await gateway.chat(each["key"])).status for each in given]
    assert sorted(statuses) == [200, 401, 401, 401, 401]
    assert len(await tokens_of(gateway, jane.person)) == 1


async def test_an_administrators_block_on_the_key_stays(jane: Visitor, gateway: Gateway) -> None:
    given = await connected(jane)
    assert (await gateway.post("/key/block", key=given["key"])).status == 200
    answer = await jane.get(CONNECT, redirect_uri=CALLBACK)
    assert_problem(answer, 403, "policy-refused")
    assert (await gateway.chat(given["key"])).status == 401


async def test_the_owners_own_block_ends_with_the_next_connection(jane: Visitor, gateway: Gateway) -> None:
    await connected(jane)
    (key,) = await slot(jane, "opencode-")
    assert (await jane.post(f"/keys/{key['token']}/block")).status_code == 200
    assert (await gateway.chat((await connected(jane))["key"])).status == 200


async def test_other_keys_are_not_changed(jane: Visitor, gateway: Gateway) -> None:
    laptop = await jane.issue(unique("laptop"))
    for _ in range(2):
        await connected(jane)
    assert (await gateway.chat(laptop["key"])).status == 200


async def test_the_key_is_in_the_redirect_and_is_not_stored(jane: Visitor) -> None:
    answer = await jane.get(CONNECT, redirect_uri=CALLBACK)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    secret = parse_qs(urlsplit(answer.headers["location"]).query)["key"][0]
    assert secret not in str(await jane.read("/keys"))


@pytest.mark.parametrize(
    "redirect_uri", ["http://evil.example:4000/callback", "http://localhost:80/callback", ""]
)
async def test_a_key_is_sent_to_a_callback_on_the_own_machine_only(jane: Visitor, redirect_uri: str) -> None:
    refused = await jane.get(CONNECT, redirect_uri=redirect_uri)
    assert_problem(refused, 422, "invalid-request", param="redirect_uri")
    assert "location" not in refused.headers
    assert await jane.read("/keys") == []


async def test_a_foreign_or_unknown_team_is_not_found(jane: Visitor, as_person: SignIn, make: Maker) -> None:
    foreign = await make.team((await as_person("bob")).person)
    for team_id in (foreign.team_id, unique("nowhere")):
        refused = await jane.get(CONNECT, redirect_uri=CALLBACK, team=team_id)
        assert_problem(refused, 404, "not-found", param="team_id")


@pytest.mark.parametrize(
    "rule", [{"opencode": {"require_team": True}}, {"key_generation": {"team_required": True}}]
)
async def test_a_team_can_be_required(
    desk_with: OpenDesk, as_person: SignIn, make: Maker, rule: dict[str, dict[str, bool]]
) -> None:
    opencode = {"opencode": OPENCODE["opencode"] | rule.get("opencode", {})}
    async with desk_with(litellm=rule | opencode) as desk:
        jane = desk.welcome(await as_person("jane"))
        refused = await jane.get(CONNECT, redirect_uri=CALLBACK)
        assert_problem(refused, 422, "invalid-request", param="team")
        team = await make.team(jane.person)
        await connected(jane, team=team.team_id)


async def test_a_person_who_cannot_create_keys_cannot_connect(desk_with: OpenDesk, as_person: SignIn) -> None:
    grants = {"litellm.key.create": [PLATFORM_TEAM]}
    async with desk_with(litellm=OPENCODE, grants=grants) as desk:
        jane = desk.welcome(await as_person("jane"))
        refused = await jane.get(CONNECT, redirect_uri=CALLBACK)
        assert_problem(refused, 403, "permission-missing")


async def test_without_the_setting_the_route_does_not_exist(as_person: SignIn) -> None:
    jane = await as_person("jane")
    assert_problem(await jane.get(CONNECT, redirect_uri=CALLBACK), 404, "not-found")
    assert (await jane.read("/config"))["opencode"] == {"enabled": False, "setupCommand": None}


async def test_the_config_contains_the_setting(jane: Visitor) -> None:
    assert (await jane.read("/config"))["opencode"] == {"enabled": True, "setupCommand": None}


async def opened_in_a_browser(desk: Desk, visitor: Visitor | None, **headers: str) -> httpx2.Response:
    """A navigation with the session cookie instead of a header."""
    cookie = await session_cookie(desk.app, visitor.user_id) if visitor else {}
    query = {"redirect_uri": CALLBACK}
    return await desk.http.get(f"{API}{CONNECT}", params=query, headers=cookie | headers)


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_a_person_can_open_it_in_a_browser(open_code: Desk, jane: Visitor, site: str) -> None:
    answer = await opened_in_a_browser(open_code, jane, **{"Sec-Fetch-Site": site})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
    ],
    ids=["unsaid", "cross-site", "same-site", "prerender"],
)
async def test_a_foreign_page_cannot_make_a_browser_create_a_key(
    open_code: Desk, jane: Visitor, headers: dict[str, str]
) -> None:
    refused = await opened_in_a_browser(open_code, jane, **headers)
    assert_problem(refused, 403, "untrusted-origin")
    assert await jane.read("/keys") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
    ],
    ids=str,
)
async def test_a_token_that_a_proxy_added_creates_no_key_for_a_foreign_page(
    open_code: Desk, jane: Visitor, headers: dict[str, str]
) -> None:
    query = {"redirect_uri": CALLBACK}
    refused = await open_code.welcome(jane).call("GET", CONNECT, params=query, headers=headers)
    assert_problem(refused, 403, "untrusted-origin")
    assert await jane.read("/keys") == []


async def test_a_browser_without_a_session_is_asked_to_sign_in(open_code: Desk) -> None:
    refused = await opened_in_a_browser(open_code, None, **{"Sec-Fetch-Site": "none"})
    assert_problem(refused, 401, "not-signed-in")
