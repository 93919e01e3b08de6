"""The gateway's models, access groups, vector stores, MCP servers and readiness."""

import pytest

from keydesk.litellm import UnexpectedAnswer, UpstreamFailed
from tests.unit.litellm.gateway import GatewayStandIn, answer

pytestmark = pytest.mark.anyio

DEPLOYMENT = {
    "model_name": "gpt-4o-mini",
    "litellm_params": {
        "model": "openai/gpt-4o-mini",
        "api_key": "sk-of-the-provider",
        "api_base": "https://x",
    },
    "model_info": {
        "id": "m-mini",
        "mode": "chat",
        "input_cost_per_token": 1.5e-07,
        "output_cost_per_token": 6e-07,
        "max_input_tokens": 128000,
        "max_output_tokens": 16384,
        "access_groups": ["basic"],
        "supports_vision": True,
        "supports_function_calling": None,
        "input_cost_per_token_flex": None,
    },
}


async def test_deployments_with_one_name_are_separate(litellm: GatewayStandIn) -> None:
    twin = {**DEPLOYMENT, "model_info": {"id": "m-mini-2"}}
    litellm.on("GET /model/info", answer({"data": [DEPLOYMENT, twin]}))
    first, second = await litellm.connect().models.list()
    assert first.model_name == second.model_name == "gpt-4o-mini"
    assert (first.deployment_id, second.deployment_id) == ("m-mini", "m-mini-2")
    assert (first.mode, first.access_groups, first.max_input_tokens) == ("chat", ("basic",), 128000)
    assert (first.supports_vision, first.supports_function_calling) == (True, False)


async def test_provider_credentials_are_not_kept(litellm: GatewayStandIn) -> None:
    litellm.on("GET /model/info", answer({"data": [DEPLOYMENT]}))
    (deployment,) = await litellm.connect().models.list()
    assert deployment.provider_model == "openai/gpt-4o-mini"
    assert "sk-of-the-provider" not in deployment.model_dump_json()


async def test_a_group_has_its_public_name(litellm: GatewayStandIn) -> None:
    litellm.on(
        "GET /model_group/info", answer({"data": [{"model_group": "gpt-4o", "providers": ["openai"]}]})
    )
    (group,) = await litellm.connect().models.groups()
    assert (group.model_name, group.providers) == ("gpt-4o", ("openai",))


async def test_a_response_without_a_list_is_not_an_empty_list(litellm: GatewayStandIn) -> None:
    litellm.on("GET /model/info", answer({"data": None}))
    with pytest.raises(UnexpectedAnswer):
        await litellm.connect().models.list()


async def test_vector_stores_are_listed(litellm: GatewayStandIn) -> None:
    store = {"vector_store_id": "docs", "vector_store_name": "Docs", "custom_llm_provider": "openai"}
    litellm.on("GET /vector_store/list", answer({"data": [store], "total_count": 1, "total_pages": 1}))
    (docs,) = await litellm.connect().vector_stores.list()
    assert (docs.vector_store_id, docs.name, docs.provider) == ("docs", "Docs", "openai")


async def test_mcp_servers_have_their_best_name(litellm: GatewayStandIn) -> None:
    servers = [{"server_id": "1", "server_name": "search", "alias": "Search"}, {"server_id": "2"}]
    litellm.on("GET /v1/mcp/server", answer(servers))
    assert [server.name for server in await litellm.connect().mcp_servers.list()] == ["Search", "2"]


async def test_a_ready_gateway_is_reported(litellm: GatewayStandIn) -> None:
    litellm.on("GET /health/readiness", answer({"status": "healthy", "db": "connected"}))
    readiness = await litellm.connect().health.readiness()
    assert (readiness.status, readiness.database, readiness.version) == ("healthy", "connected", None)


async def test_an_older_gateway_also_reports_its_version(litellm: GatewayStandIn) -> None:
    body = {"status": "healthy", "db": "connected", "litellm_version": "1.80.0"}
    litellm.on("GET /health/readiness", answer(body), answer(body, headers={"x-litellm-version": "1.80.1"}))
    health = litellm.connect().health
    assert (await health.readiness()).version == "1.80.0"
    assert (await health.readiness()).version == "1.80.1"


async def test_a_gateway_without_its_database_is_called_once(litellm: GatewayStandIn) -> None:
    litellm.on("GET /health/readiness", answer({"status": "healthy", "db": "Not connected"}, 503))
    with pytest.raises(UpstreamFailed):
        await litellm.connect().health.readiness()
    assert len(litellm.requests) == 1
