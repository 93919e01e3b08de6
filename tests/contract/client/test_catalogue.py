"""Models, vector stores and MCP servers through the client."""

import uuid

import pytest

from keydesk.litellm import LiteLLM
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


async def test_deployments_are_listed_with_price_and_access_groups(client: LiteLLM) -> None:
    found = {model.model_name: model for model in await client.models.list()}
    mini = found["gpt-4o-mini"]
    assert (mini.mode, mini.access_groups, mini.provider_model) == ("chat", ("basic",), "openai/gpt-4o-mini")
    assert (mini.input_cost_per_token, mini.output_cost_per_token) == (1.5e-07, 6e-07)
    assert (mini.max_input_tokens, mini.max_output_tokens) == (128000, 16384)
    assert (mini.supports_function_calling, mini.supports_vision) == (True, True)
    assert found["text-embedding-3-small"].mode == "embedding"
    assert found["premium-xl"].supports_vision is False


async def test_there_is_one_group_per_public_name(client: LiteLLM) -> None:
    names = [group.model_name for group in await client.models.groups()]
    assert {"gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl"} <= set(names)
    assert len(names) == len(set(names))


async def test_a_vector_store_is_listed_once(client: LiteLLM, gateway: Gateway) -> None:
    store_id = unique("handbook")
    await gateway.post(
        "/vector_store/new",
        vector_store_id=store_id,
        custom_llm_provider="openai",
        vector_store_name="Handbook",
    )
    try:
        found = [store for store in await client.vector_stores.list() if store.vector_store_id == store_id]
    finally:
        await gateway.post("/vector_store/delete", vector_store_id=store_id)
    assert [(store.name, store.provider) for store in found] == [("Handbook", "openai")]


async def test_an_mcp_server_is_listed_once(client: LiteLLM, gateway: Gateway) -> None:
    server_id, name = unique("wiki"), f"wiki_{uuid.uuid4().hex[:12]}"
    await gateway.post(
        "/v1/mcp/server",
        server_id=server_id,
        server_name=name,
        alias=name,
        url="http://127.0.0.1:9/mcp",
        transport="http",
    )
    try:
        found = [server for server in await client.mcp_servers.list() if server.server_id == server_id]
    finally:
        await gateway.call("DELETE", f"/v1/mcp/server/{server_id}")
    assert [server.name for server in found] == [name]
