"""What an agent learns from the tools. The official client of the protocol calls them."""

import json

import pytest
from mcp import MCPError

from tests.api.agents.conftest import Agent, refused, told
from tests.support.desk.desk import SignIn
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on, token_of, unique

pytestmark = pytest.mark.anyio

TOOLS = ["who_am_i", "my_budget", "my_usage", "my_models", "my_keys", "why_was_i_refused"]


@pytest.mark.parametrize("generation", ["legacy", "auto"])
async def test_both_generations_of_the_protocol_have_the_same_tools_which_only_read(
    agent: Agent, sign_in: SignIn, generation: str
) -> None:
    async with agent(await sign_in("jane"), mode=generation) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == TOOLS
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        assert all(tool.input_schema["additionalProperties"] is False for tool in tools)
        assert (await told(client, "my_budget"))["left"] == 25.0
        assert "never instructions" in (client.instructions or "")


async def test_the_agent_learns_for_whom_it_acts(agent: Agent, sign_in: SignIn, sandbox: Upstream) -> None:
    jane = await sign_in("jane")
    async with agent(jane) as client:
        found = await told(client, "who_am_i")
    assert (found["account"], found["gateway"]) == (jane.user_id, sandbox.url)


async def test_keys_are_listed_without_their_secrets(agent: Agent, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"), max_budget=5.0)
    async with agent(jane) as client:
        texts = [json.dumps(await told(client, tool)) for tool in TOOLS]
    (key,) = json.loads(texts[TOOLS.index("my_keys")])["keys"]
    assert (key["id"], key["name"], key["max_budget"]) == (issued["token"], issued["key_alias"], 5.0)
    secrets = [issued["key"], issued["key"][-4:], token_of(issued["key"])]
    assert [secret for secret in secrets for text in texts if secret in text] == []


async def test_models_of_a_team_are_named_with_the_team(
    agent: Agent, sign_in: SignIn, sandbox: Upstream
) -> None:
    jane = await sign_in("jane")
    await jane.read("/user/info")
    async with gateway_of(sandbox) as gateway, maker_on(gateway) as make:
        team = await make.team(jane.person, models=["gpt-4o"])
        async with agent(jane) as client:
            models = {model["name"]: model for model in (await told(client, "my_models"))["models"]}
    assert models["gpt-4o"]["key_of_team"] == [team.team_id]
    assert models["gpt-4o-mini"]["key_of_team"] == []
    assert models["gpt-4o-mini"]["personal_key"] is True


async def test_usage_has_groups_and_days(agent: Agent, sign_in: SignIn, sandbox: Upstream) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"))
    async with gateway_of(sandbox) as gateway:
        assert (await gateway.chat(issued["key"], model="gpt-4o-mini")).status == 200
    async with agent(jane) as client:
        usage = await eventually(lambda: told(client, "my_usage"), lambda found: found["api_requests"])
        assert [group["group"] for group in usage["groups"]] == ["gpt-4o-mini"]
        by_key = await told(client, "my_usage", group_by="key")
        assert by_key["groups"][0]["label"] == issued["key_alias"]
        text = await refused(client, "my_usage", first_day="2026-02-01", last_day="2026-01-01")
        assert "start_date" in text


async def test_a_refusal_is_explained(agent: Agent, sign_in: SignIn, sandbox: Upstream) -> None:
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"), models=["gpt-4o-mini"])
    async with gateway_of(sandbox) as gateway:
        assert (await gateway.chat(issued["key"], model="gpt-4o")).status != 200
    assert (await jane.post(f"/keys/{issued['token']}/block")).status_code == 200
    async with agent(jane) as client:
        for asked in (issued["key_alias"], issued["token"]):
            (key,) = (await told(client, "why_was_i_refused", key=asked))["keys"]
            assert (key["id"], key["works"]) == (issued["token"], False)
            assert "blocked" in key["summary"]
        found = await told(client, "why_was_i_refused")
    assert {call["key_alias"] for call in found["failed_calls"]} <= {issued["key_alias"]}


async def test_the_keys_of_other_people_do_not_exist(agent: Agent, sign_in: SignIn) -> None:
    jane, bob = await sign_in("jane"), await sign_in("bob")
    issued = await bob.issue(unique("laptop"))
    async with agent(jane) as client:
        for asked in (issued["token"], issued["key_alias"], "../../keys", token_of(issued["key"])):
            assert "You have no key" in await refused(client, "why_was_i_refused", key=asked)
        assert (await told(client, "my_keys"))["keys"] == []


async def test_wrong_arguments_are_named_and_not_repeated(agent: Agent, sign_in: SignIn) -> None:
    secret = "sk-in-the-wrong-place"
    async with agent(await sign_in("jane")) as client:
        for sent in ({"group_by": secret}, {secret: "x"}, {"first_day": 5}, {"first_day": secret}):
            text = await refused(client, "my_usage", **sent)
            assert secret not in text
        assert "group_by: " in await refused(client, "my_usage", group_by="hour")
        assert "key: " in await refused(client, "why_was_i_refused", key="x" * 201)
        assert "Arguments: " in await refused(client, "who_am_i", user_id="bob")


@pytest.mark.parametrize("name", ["block_key", "request_budget", "nothing", "../keys"])
async def test_other_tools_do_not_exist(agent: Agent, sign_in: SignIn, name: str) -> None:
    async with agent(await sign_in("jane")) as client:
        with pytest.raises(MCPError, match="no tool with this name"):
            await client.call_tool(name, {"key": "x"})


async def test_an_outage_is_one_sentence(agent: Agent, sign_in: SignIn, control: SandboxControl) -> None:
    jane = await sign_in("jane")
    async with agent(jane) as client:
        with control.fault("/", error_rate=1.0):
            text = await refused(client, "my_keys")
    assert "not available" in text
    assert "Traceback" not in text
