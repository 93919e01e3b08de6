"""A Keydesk with every feature turned on, and its callers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

import pytest

from keydesk.app import API
from tests.api.matrix.callers import (
    LEAKS,
    OTHER,
    OWNING,
    PEOPLE,
    REQUESTS,
    Plugin,
    plugin_of_backstage,
    rules,
)
from tests.api.matrix.requests import Objects, new_request
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker, Person, unique
from tests.support.upstream.sandbox import sandbox_at

MANAGING = ("create", "manage", "delete", "members.manage", "knowledgebase.manage", "mcp.manage")
Tokens = dict[str, str | None]


@pytest.fixture(scope="session")
def matrix_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    with sandbox_at(tmp_path_factory.mktemp("matrix-sandbox")) as found:
        yield found


@pytest.fixture(scope="session")
async def matrix_gateway(matrix_sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(matrix_sandbox) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def plugin() -> Iterator[Plugin]:
    with plugin_of_backstage() as found:
        yield found


@pytest.fixture(scope="session")
async def matrix_desk(
    matrix_sandbox: Upstream, plugin: Plugin, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    database = tmp_path_factory.mktemp("matrix-desk") / "keydesk.db"
    settings = Surroundings(matrix_sandbox, f"sqlite:///{database}").settings(
        litellm=rules(),
        leaks=LEAKS,
        requests=REQUESTS,
        identity={"backstage": {"base_url": plugin.backstage}},
        directory={"people": [{"ref": name, "groups": groups} for name, groups in PEOPLE.items()]},
        grants={f"litellm.team.{name}": [OWNING, OTHER] for name in MANAGING}
        | {"litellm.key.reset_spend": [OWNING]},
    )
    async with open_desk(settings) as desk:
        await desk.app.state.services.all_keys.indexing.apply()
        yield desk


@pytest.fixture(scope="session")
async def tokens(matrix_desk: Desk, plugin: Plugin) -> Tokens:
    """The credential of every caller. All except the newcomer have an account."""
    issue = matrix_desk.app.state.services.demo_tokens.issue
    found: Tokens = {"anonymous": None, "service": plugin.token(), "stranger": issue("user:default/stranger")}
    for name in PEOPLE.keys() - {"newcomer"}:
        visitor = await matrix_desk.sign_in(name)
        await visitor.read("/user/info")
        found[name] = visitor.token
    return found


MakeObjects = Callable[[], Awaitable[Objects]]
MakeRequest = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
def make_objects(matrix_desk: Desk, matrix_gateway: Gateway, tokens: Tokens) -> MakeObjects:
    """Create a key and a team with a key for one request, which may delete them."""
    owner, admin = matrix_desk.stranger(tokens["owner"]), matrix_desk.stranger(tokens["admin"])

    async def made() -> Objects:
        issued = await owner.issue(unique("laptop"))
        members = [Person(name, "") for name in ("member", "owner")]
        team = await Maker(matrix_gateway).team(
            *members, metadata={"owning_group": OWNING}, models=["gpt-4o"]
        )
        body = {"alias": unique("reports"), "max_budget": 5.0, "contacts": ["newcomer", "member"]}
        service_key = await admin.post(f"/teams/{team.team_id}/service-keys", **body)
        assert service_key.status_code == 200, service_key.text
        return Objects(issued["token"], team.team_id, service_key.json()["token"])

    return made


@pytest.fixture(scope="session")
def make_request(matrix_desk: Desk, tokens: Tokens) -> MakeRequest:
    """Create a request of the owner, which one operation may close, and return its id."""
    owner = matrix_desk.stranger(tokens["owner"])

    async def made() -> str:
        issued = await owner.issue(unique("laptop"))
        return await new_request(owner, issued["token"])

    return made


@pytest.fixture(scope="session")
async def shared_objects(make_objects: MakeObjects, make_request: MakeRequest) -> Objects:
    """Objects for all requests that are refused, and so change nothing."""
    return replace(await make_objects(), request_id=await make_request())


@pytest.fixture(scope="session")
async def operations(matrix_desk: Desk) -> set[str]:
    """Every operation of the OpenAPI document, by method and path below the API's."""
    document = (await matrix_desk.http.get(f"{API}/openapi.json")).json()
    return {
        f"{method.upper()} {path.removeprefix(API)}"
        for path, item in document["paths"].items()
        for method in item
    }
