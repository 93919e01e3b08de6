"""GET /me: LiteLLM verifies the key, and its own figures are the answer."""

from typing import Any

import pytest

from tests.support.desk.desk import Desk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, token_of, unique

pytestmark = pytest.mark.anyio


async def own_key(desk: Desk, secret: str) -> dict[str, Any]:
    shown: dict[str, Any] = await desk.stranger(secret).read("/me")
    return shown


async def test_a_key_reads_its_spend_its_budget_and_its_usage(
    as_person: SignIn, desk: Desk, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=5.0, budget_duration="30d", models=["gpt-4o-mini"])
    assert (await gateway.chat(issued["key"])).status == 200
    spent = await eventually(lambda: jane.key(issued["token"]), lambda key: key["spend"] > 0)
    shown = await own_key(desk, issued["key"])
    assert shown["spend"] == pytest.approx(spent["spend"])
    assert shown["budget_left"] == pytest.approx(5.0 - spent["spend"])
    assert (shown["models"], shown["state"]) == (["gpt-4o-mini"], "active")
    assert shown["budget_reset_at"] == spent["budget_reset_at"]
    used = await eventually(lambda: own_key(desk, issued["key"]), lambda key: key["usage"]["usage_by_model"])
    assert list(used["usage"]["usage_by_model"]) == ["gpt-4o-mini"]


async def test_the_models_of_a_team_apply_to_its_keys(desk: Desk, make: Maker, gateway: Gateway) -> None:
    team = await make.team(models=["gpt-4o", "claude-sonnet"])
    key = await make.key(team=team, models=["gpt-4o", "gpt-4o-mini"])
    assert (await gateway.chat(key.secret, model="gpt-4o-mini")).status != 200
    assert (await own_key(desk, key.secret))["models"] == ["gpt-4o"]


async def test_keys_that_litellm_refuses_are_refused(desk: Desk, make: Maker, gateway: Gateway) -> None:
    blocked, deleted, expired = await make.key(), await make.key(), await make.key(duration="1s")
    assert (await gateway.post("/key/block", key=blocked.token)).status == 200
    assert (await gateway.post("/key/delete", keys=[deleted.token])).status == 200
    assert_problem(await desk.stranger(blocked.secret).get("/me"), 403, "policy-refused")
    assert_problem(await desk.stranger(deleted.secret).get("/me"), 401, "not-signed-in")
    await eventually(lambda: gateway.accepts(expired.secret), lambda accepted: not accepted)
    assert_problem(await desk.stranger(expired.secret).get("/me"), 401, "not-signed-in")


async def test_neither_the_master_key_nor_a_hash_is_a_virtual_key(
    desk: Desk, upstream: Upstream, make: Maker
) -> None:
    key = await make.key()
    for credential in (upstream.master_key, token_of(key.secret), f"sk-{token_of(key.secret)}"):
        assert_problem(await desk.stranger(credential).get("/me"), 401, "not-signed-in")
