"""LiteLLM's enterprise features, and its errors without a license."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Person, VirtualKey
from tests.support.upstream.reading import today, tokens_of

pytestmark = pytest.mark.anyio


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guardrails", ["strict"]),
        ("policies", ["strict"]),
        ("prompts", ["greeting"]),
        ("tags", ["free"]),
        ("disable_global_guardrails", True),
        ("allowed_passthrough_routes", ["/anything"]),
    ],
)
async def test_enterprise_fields_of_a_key_are_refused(
    gateway: Gateway, alice: Person, field: str, value: Any
) -> None:
    answer = await gateway.post("/key/generate", user_id=alice.user_id, **{field: value})
    assert answer.status == 403
    assert (
        f"This feature is only available for LiteLLM Enterprise users: {field}." in (answer.error["message"])
    )
    assert await tokens_of(gateway, alice) == []


async def test_a_budget_per_model_is_an_internal_error(gateway: Gateway, alice: Person) -> None:
    budgets = {"gpt-4o": {"max_budget": 1, "budget_duration": "1d"}}
    answer = await gateway.post("/key/generate", user_id=alice.user_id, model_max_budget=budgets)
    assert (answer.status, answer.error["type"]) == (500, "internal_server_error")
    assert answer.error["message"].startswith("Invalid model_max_budget: You must have an enterprise license")
    assert await tokens_of(gateway, alice) == []


@pytest.mark.parametrize("path", ["/key/regenerate", "/key/{token}/regenerate"])
async def test_rotating_a_key_is_an_internal_error(
    gateway: Gateway, laptop_key: VirtualKey, path: str
) -> None:
    answer = await gateway.post(path.format(token=laptop_key.token), key=laptop_key.token)
    assert answer.status == 500
    assert answer.error["message"].startswith("Regenerating Virtual Keys is an Enterprise feature")
    assert (await gateway.chat(laptop_key.secret)).status == 200


async def test_no_release_has_a_readable_audit_log(gateway: Gateway, laptop_key: VirtualKey) -> None:
    """1.109.1 and 1.110.2 return an empty log, 1.84.0, 1.108.14 and 1.109.3 do not have the route."""
    await gateway.post("/key/block", key=laptop_key.token)
    answer = await gateway.get("/audit")
    if answer.status != 404:
        assert answer.status == 200
        assert answer.body == {"audit_logs": [], "total": 0, "page": 1, "page_size": 10, "total_pages": 0}


@pytest.mark.since("1.108.14")
@pytest.mark.parametrize("subject", ["user", "team", "key"])
async def test_spend_reports_are_refused(gateway: Gateway, subject: str) -> None:
    answer = await gateway.get(f"/{subject}/spend/report", start_date=today(), end_date=today())
    assert answer.status == 403
    assert answer.detail.startswith("/spend/report endpoint You must be a LiteLLM Enterprise user")
