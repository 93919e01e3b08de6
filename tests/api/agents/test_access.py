"""Who can reach /mcp: people with a bearer token. Browsers, cookies and other sites cannot."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.agents.conftest import agent_of, told
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, SignIn, Visitor, open_desk
from tests.support.desk.portal import session_cookie
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

METADATA = "/.well-known/oauth-protected-resource"
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


async def sent(desk: Desk, token: str | None, body: Any = LIST, **headers: str) -> httpx2.Response:
    credential = {"Authorization": f"Bearer {token}"} if token else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await desk.http.post("/mcp", content=content, headers={**HEADERS, **credential, **headers})


def assert_asks_to_sign_in(answer: httpx2.Response) -> None:
    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{ADDRESS}{METADATA}/mcp"'


async def test_without_a_valid_token_the_metadata_says_where_to_sign_in(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    secret = (await jane.issue(unique("laptop")))["key"]
    for token in (None, "junk", secret, f"{jane.token}x", "kda_" + "x" * 86):
        assert_asks_to_sign_in(await sent(desk, token))
    for path in (METADATA, f"{METADATA}/mcp"):
        found = (await desk.http.get(path)).json()
        assert (found["resource"], found["authorization_servers"]) == (f"{ADDRESS}/mcp", [ADDRESS])
    server = (await desk.http.get("/.well-known/oauth-authorization-server")).json()
    assert server["issuer"] == ADDRESS


async def test_the_session_of_a_browser_is_no_credential(desk: Desk, sign_in: SignIn) -> None:
    cookie = await session_cookie(desk.app, (await sign_in("jane")).user_id)
    assert_asks_to_sign_in(await sent(desk, None, Origin=ADDRESS, **cookie))


async def test_where_machines_cannot_sign_in_no_server_is_named(surroundings: Surroundings) -> None:
    settings = surroundings.settings(portal={"machines": {"enabled": False}})
    async with open_desk(settings) as desk:
        assert "authorization_servers" not in (await desk.http.get(METADATA)).json()


async def test_pages_of_other_sites_and_other_host_names_are_refused(
    surroundings: Surroundings, sign_in: SignIn
) -> None:
    jane = await sign_in("jane")
    settings = surroundings.settings(server={"allowed_hosts": ["localhost"]})
    async with open_desk(settings) as desk:
        assert (await sent(desk, jane.token)).status_code == 200
        assert (await sent(desk, jane.token, Origin=ADDRESS)).status_code == 200
        for origin in ("https://evil.example.com", "null", "http://localhost.evil.example.com"):
            assert_problem(await sent(desk, jane.token, Origin=origin), 403, "untrusted-origin")
        rebound = await sent(
            desk, jane.token, Host="rebound.example.com", Origin="http://rebound.example.com"
        )
        assert_problem(rebound, 403, "untrusted-origin")


async def test_only_json_messages_of_a_limited_size_are_read(desk: Desk, sign_in: SignIn) -> None:
    token = (await sign_in("jane")).token
    assert (await sent(desk, token, b"{junk")).status_code == 400
    assert (await sent(desk, token, [LIST, LIST])).status_code == 400
    assert (await sent(desk, token, b"[" * 60_000)).status_code == 400
    assert (await sent(desk, token, **{"Content-Type": "text/plain"})).status_code == 400
    assert (await sent(desk, token, Accept="text/html")).status_code == 406
    assert_problem(await sent(desk, token, b" " * 70_000), 413, "body-too-large")
    for method in ("GET", "DELETE", "PUT"):
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        assert (await desk.http.request(method, "/mcp", headers=headers)).status_code == 405
    unknown = await sent(desk, token, {**LIST, "method": "keys/delete"})
    assert unknown.json()["error"]["code"] == -32601


async def test_calls_count_as_reads_of_the_person(surroundings: Surroundings, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    limits = {"reads_per_minute": 4, "writes_per_minute": 1}
    async with open_desk(surroundings.settings(limits=limits)) as desk:
        statuses = [(await sent(desk, jane.token)).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 200, 429]
        assert_problem(await desk.welcome(jane).get("/config"), 429, "too-many-requests")


async def test_each_request_has_the_rights_of_its_own_token(desk: Desk, sign_in: SignIn) -> None:
    people: list[Visitor] = [await sign_in(name) for name in ("jane", "bob", "jane")]
    for person in people:
        async with agent_of(desk, person.token) as client:
            assert (await told(client, "who_am_i"))["account"] == person.user_id


async def test_the_service_stops_with_its_mcp_server(surroundings: Surroundings, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    for _ in range(2):
        async with open_desk(surroundings.settings()) as desk:
            assert (await sent(desk, jane.token)).status_code == 200
            assert (await desk.welcome(jane).get("/config")).status_code == 200
