"""What remains if LiteLLM fails in the middle of a connection: only the previous key."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import Troupe
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.reading import tokens_of
from tests.support.upstream.sandbox import sandbox_at

pytestmark = pytest.mark.anyio
CALLBACK = "http://localhost:4096/callback"


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    with sandbox_at(tmp_path_factory.mktemp("failing")) as found:
        yield found


@pytest.fixture(scope="module")
def control(failing: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(failing.url, failing.master_key) as http:
        yield SandboxControl(http)


@pytest.fixture(scope="module")
async def direct(failing: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(failing) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def around(failing: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    return Surroundings(failing, f"sqlite:///{tmp_path_factory.mktemp('desk') / 'keydesk.db'}", Troupe(100))


@pytest.fixture(scope="module")
async def open_code(around: Surroundings) -> AsyncIterator[Desk]:
    async with open_desk(around.settings(litellm={"opencode": {"enabled": True}})) as desk:
        yield desk


@pytest.fixture
async def jane(open_code: Desk, around: Surroundings) -> Visitor:
    visitor = await open_code.sign_in(around.troupe.next_scene().user_id("jane"))
    await visitor.read("/user/info")
    return visitor


async def connect(visitor: Visitor) -> httpx2.Response:
    return await visitor.get("/opencode/connect", redirect_uri=CALLBACK)


async def secret(visitor: Visitor) -> str:
    answer = await connect(visitor)
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["key"][0]


@pytest.mark.parametrize("call", ["/key/generate", "/key/list"])
async def test_the_old_key_stays_if_no_new_one_can_be_created(
    jane: Visitor, control: SandboxControl, direct: Gateway, call: str
) -> None:
    old = await secret(jane)
    with control.fault(call, error_rate=1.0, status=403):
        assert (await connect(jane)).status_code == 502
    assert (await direct.chat(old)).status == 200
    assert (await direct.chat(await secret(jane))).status == 200
    assert len(await tokens_of(direct, jane.person)) == 1


async def test_the_next_connection_deletes_an_old_key_that_could_not_be_deleted(
    jane: Visitor, control: SandboxControl, direct: Gateway
) -> None:
    """The new key, which nobody received, could not be deleted either."""
    old = await secret(jane)
    with control.fault("/key/delete", error_rate=1.0, status=403):
        assert (await connect(jane)).status_code == 502
    assert (await direct.chat(old)).status == 200
    assert (await direct.chat(await secret(jane))).status == 200
    assert len(await tokens_of(direct, jane.person)) == 1


async def test_a_key_with_a_wrong_alias_works_and_is_replaced_like_any_other(
    jane: Visitor, control: SandboxControl, direct: Gateway
) -> None:
    first = await secret(jane)
    with control.fault("/key/update", error_rate=1.0, status=403):
        second = await secret(jane)
    assert [(await direct.chat(each)).status for each in (first, second)] == [401, 200]
    (key,) = await jane.read("/keys")
    assert key["key_alias"] == f"opencode-{jane.user_id}-next"
    third = await secret(jane)
    assert [(await direct.chat(each)).status for each in (second, third)] == [401, 200]
    (key,) = await jane.read("/keys")
    assert key["key_alias"] == f"opencode-{jane.user_id}"
