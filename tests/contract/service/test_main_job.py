"""The main use case, end to end: a person gets an account, creates a key, uses it, and sees its cost."""

from typing import Any

import pytest

from tests.support.desk.desk import SignIn
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway

pytestmark = pytest.mark.anyio


async def test_jane_gets_an_account_creates_a_key_uses_it_and_sees_its_cost(
    sign_in: SignIn, gateway: Gateway
) -> None:
    jane = await sign_in("jane")
    account = await jane.read("/user/info")
    assert (account["user_id"], account["max_budget"], account["spend"]) == (jane.user_id, 25.0, 0.0)

    issued = await jane.issue("laptop of " + jane.user_id, models=["gpt-4o-mini"], duration="30d")
    completion = await gateway.chat(issued["key"])
    assert completion.status == 200
    cost = float(completion.headers["x-litellm-response-cost"])

    async def usage() -> Any:
        return await jane.read("/usage")

    seen = await eventually(usage, lambda seen: seen["api_requests"] == 1)
    assert seen["total_spend"] == pytest.approx(cost)
    assert seen["total_tokens"] == completion.body["usage"]["total_tokens"]
    assert (seen["successful_requests"], seen["failed_requests"], seen["complete"]) == (1, 0, True)
    assert list(seen["usage_by_model"]) == ["gpt-4o-mini"]
    assert list(seen["usage_by_key"]) == [issued["token"]]
    assert seen["usage_by_key"][issued["token"]]["total_spend"] == pytest.approx(cost)
