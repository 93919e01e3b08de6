"""Knowledge bases and MCP servers of teams: only those of the allowlists, by id or name, one kind per request."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.desk.managing import TeamOffice, managed
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Team, unique
from tests.support.upstream.reading import team_of

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Object:
    """A vector store or MCP server."""

    id: str
    name: str


async def new_store(gateway: Gateway, name: str) -> Object:
    store = Object(unique("store"), name)
    answer = await gateway.post(
        "/vector_store/new",
        vector_store_id=store.id,
        custom_llm_provider="openai",
        vector_store_name=name,
    )
    assert answer.status == 200, answer
    return store


async def new_server(gateway: Gateway, *access_groups: str) -> Object:
    server = Object(unique("server"), f"wiki_{uuid.uuid4().hex[:12]}")
    answer = await gateway.post(
        "/v1/mcp/server",
        server_id=server.id,
        server_name=server.name,
        alias=server.name,
        url="http://127.0.0.1:9/mcp",
        transport="http",
        mcp_access_groups=[*access_groups],
    )
    assert answer.status == 201, answer
    return server


@dataclass(frozen=True)
class Shelf:
    """Two stores with one name and one with another, and three servers of which the last is in an access group."""

    handbook: Object
    twin: Object
    secrets: Object
    wiki: Object
    vault: Object
    tools: Object
    access_group: str

    @property
    def rules(self) -> dict[str, Any]:
        return {
            "allowed_vector_stores": [self.handbook.name],
            "allowed_mcp_servers": [self.wiki.id],
            "allowed_mcp_access_groups": [self.access_group],
            "object_permissions": {"enabled": True},
        }


@pytest.fixture
async def shelf(gateway: Gateway) -> AsyncIterator[Shelf]:
    name, access_group = unique("Handbook"), f"tools_{uuid.uuid4().hex[:8]}"
    stores = [await new_store(gateway, each) for each in (name, name, "Secrets")]
    servers = [await new_server(gateway, *groups) for groups in ((), (), (access_group,))]
    handbook, twin, secrets = stores
    wiki, vault, tools = servers
    yield Shelf(handbook, twin, secrets, wiki, vault, tools, access_group)
    for store in stores:
        await gateway.post("/vector_store/delete", vector_store_id=store.id)
    for server in servers:
        await gateway.call("DELETE", f"/v1/mcp/server/{server.id}")


async def granted(gateway: Gateway, team: dict[str, Any]) -> tuple[list[str], list[str]]:
    kept = (await team_of(gateway, Team(team["team_id"], team["team_alias"])))["object_permission"] or {}
    return kept.get("vector_stores") or [], kept.get("mcp_servers") or []


def at(team: dict[str, Any], what: str) -> str:
    return f"/teams/{team['team_id']}/{what}"


async def test_available_objects_are_listed(office: TeamOffice, shelf: Shelf) -> None:
    async with office.open(rules=shelf.rules) as desk:
        olga = await office.person(desk, "olga")
        stores, servers = await olga.read("/vector-stores"), await olga.read("/mcp-servers")
    assert {(store["id"], store["name"]) for store in stores} == {
        (shelf.handbook.id, shelf.handbook.name),
        (shelf.twin.id, shelf.twin.name),
    }
    assert {(server["id"], server["name"], server["url"]) for server in servers} == {
        (server.id, server.name, "http://127.0.0.1:9/mcp") for server in (shelf.wiki, shelf.tools)
    }


@pytest.mark.usefixtures("shelf")
async def test_without_an_allowlist_nothing_is_listed(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        assert await olga.read("/vector-stores") == await olga.read("/mcp-servers") == []


async def test_each_kind_is_replaced_without_changing_the_other(
    office: TeamOffice, gateway: Gateway, shelf: Shelf
) -> None:
    async with office.open(rules=shelf.rules) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        bases, servers = at(team, "knowledge-bases"), at(team, "mcp-servers")
        await olga.put(bases, vector_stores=[shelf.handbook.id, shelf.twin.id, shelf.handbook.id])
        assert await granted(gateway, team) == ([shelf.handbook.id, shelf.twin.id], [])
        answer = await olga.put(servers, mcp_servers=[shelf.wiki.name, shelf.tools.id])
        both = ([shelf.handbook.id, shelf.twin.id], [shelf.wiki.id, shelf.tools.id])
        assert await granted(gateway, team) == both
        assert answer.json()["object_permission"] == {"vector_stores": both[0], "mcp_servers": both[1]}
        assert await managed(olga, team) == [answer.json()]
        changed = await olga.patch(f"/teams/{team['team_id']}", rpm_limit=5)
        assert changed.json()["object_permission"] == answer.json()["object_permission"]
        emptied = await olga.put(bases, vector_stores=[])
        assert emptied.json()["object_permission"] == {"vector_stores": [], "mcp_servers": both[1]}
    assert await granted(gateway, team) == ([], both[1])


async def test_a_unique_name_means_its_id(office: TeamOffice, gateway: Gateway, shelf: Shelf) -> None:
    rules = shelf.rules | {"allowed_vector_stores": [shelf.handbook.id]}
    async with office.open(rules=rules) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        await olga.put(at(team, "knowledge-bases"), vector_stores=[shelf.handbook.name])
    assert await granted(gateway, team) == ([shelf.handbook.id], [])


async def test_an_object_outside_of_the_allowlist_is_refused(
    office: TeamOffice, gateway: Gateway, shelf: Shelf
) -> None:
    async with office.open(rules=shelf.rules) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        bases, servers = at(team, "knowledge-bases"), at(team, "mcp-servers")
        for names in (
            [shelf.secrets.id],
            ["Secrets"],
            [shelf.handbook.id, "unknown"],
            [shelf.handbook.id.upper()],
        ):
            refused = await olga.put(bases, vector_stores=names)
            assert_problem(refused, 403, "policy-refused", param="vector_stores")
        for names in ([shelf.vault.id], [shelf.vault.name], ["unknown"], [shelf.access_group]):
            refused = await olga.put(servers, mcp_servers=names)
            assert_problem(refused, 403, "policy-refused", param="mcp_servers")
        twice = await olga.put(bases, vector_stores=[shelf.handbook.name])
        assert_problem(twice, 422, "invalid-request", param="vector_stores")
    assert await granted(gateway, team) == ([], [])


@pytest.mark.parametrize(
    ("what", "body", "param"),
    [
        ("knowledge-bases", {}, "vector_stores"),
        ("knowledge-bases", {"vector_stores": None}, "vector_stores"),
        ("knowledge-bases", {"vector_stores": "one"}, "vector_stores"),
        ("knowledge-bases", {"vector_stores": [], "mcp_servers": []}, "mcp_servers"),
        ("mcp-servers", {}, "mcp_servers"),
        ("mcp-servers", {"mcp_servers": [], "vector_stores": []}, "vector_stores"),
    ],
)
async def test_exactly_the_list_of_the_kind_is_required(
    office: TeamOffice, what: str, body: dict[str, Any], param: str
) -> None:
    async with office.open(rules={"object_permissions": {"enabled": True}}) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        assert_problem(await olga.put(at(team, what), **body), 422, "invalid-request", param=param)


async def test_objects_cannot_be_granted_if_the_feature_is_off(
    office: TeamOffice, gateway: Gateway, shelf: Shelf
) -> None:
    async with office.open(rules=shelf.rules | {"object_permissions": {"enabled": False}}) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        refused = await olga.put(at(team, "knowledge-bases"), vector_stores=[shelf.handbook.id])
        assert_problem(refused, 403, "policy-refused")
        assert_problem(await olga.put(at(team, "mcp-servers"), mcp_servers=[]), 403, "policy-refused")
    assert await granted(gateway, team) == ([], [])
