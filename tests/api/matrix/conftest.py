"""A Keydesk with every feature turned on, and its callers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from keydesk.app import API
from tests.api.matrix.callers import OTHER, OWNING, PEOPLE, Plugin, plugin_of_backstage, rules
from tests.api.matrix.requests import Objects
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
        identity={"backstage": {"base_url": plugin.backstage}},
        directory={"people": [{"ref": name, "groups": groups} for name, groups in PEOPLE.items()]},
        grants={f"litellm.team.{name}": [OWNING, OTHER] for name in MANAGING}
        | {"litellm.key.reset_spend": [OWNING]},
    )
    async with open_desk(settings) as desk:
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


@pytest.fixture(scope="session")
def make_objects(matrix_desk: Desk, matrix_gateway: Gateway, tokens: Tokens) -> MakeObjects:
    """Create a key and a team for one request, which may delete them."""
    owner = matrix_desk.stranger(tokens["owner"])

    async def made() -> Objects:
        issued = await owner.issue(unique("laptop"))
        members = [Person(name, "") for name in ("member", "owner")]
        team = await Maker(matrix_gateway).team(
            *members, metadata={"owning_group": OWNING}, models=["gpt-4o"]
        )
        return Objects(issued["token"], team.team_id)

    return made


@pytest.fixture(scope="session")
async def operations(matrix_desk: Desk) -> set[str]:
    """Every operation of the OpenAPI document, by method and path below the API's."""
    document = (await matrix_desk.http.get(f"{API}/openapi.json")).json()
    return {
        f"{method.upper()} {path.removeprefix(API)}"
        for path, item in document["paths"].items()
        for method in item
    }
