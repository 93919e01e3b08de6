"""POST /keys/{id}/update changes the fields in the body, with the policy of a new key; null clears a field."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import MODEL_REFUSED, Gateway
from tests.support.upstream.making import VirtualKey, token_of, unique
from tests.support.upstream.reading import key_of, lifetime_of

pytestmark = pytest.mark.anyio

LIMITS = {"max_budget": 5.0, "budget_duration": "30d", "tpm_limit": 1000, "rpm_limit": 10}
EVERYTHING: dict[str, Any] = LIMITS | {"models": ["gpt-4o"]}


def at(issued: dict[str, Any], what: str = "update") -> str:
    return f"/keys/{issued['token']}/{what}"


async def stored(gateway: Gateway, issued: dict[str, Any]) -> dict[str, Any]:
    return await key_of(gateway, VirtualKey(issued["key"], token_of(issued["key"]), None))


@pytest.mark.parametrize(
    "change",
    [
        {"models": ["gpt-4o-mini", "claude-sonnet"]},
        {"max_budget": 1.5},
        {"budget_duration": "7d"},
        {"tpm_limit": 5},
        {"rpm_limit": 6},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_update_changes_only_the_given_fields(
    as_person: SignIn, gateway: Gateway, change: dict[str, Any]
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), **EVERYTHING)
    before = await stored(gateway, issued)
    answer = await jane.post(at(issued), **change)
    assert answer.status_code == 200, answer.text
    after = await stored(gateway, issued)
    wanted = EVERYTHING | change
    assert {name: answer.json()[name] for name in wanted} == wanted
    assert {name: after[name] for name in wanted} == wanted
    kept = ("key_alias", "user_id", "metadata", "allowed_routes", "expires", "spend")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


async def test_the_response_is_the_key_as_in_the_list(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), **EVERYTHING)
    answer = (await jane.post(at(issued), rpm_limit=99)).json()
    assert answer == await jane.key(issued["token"])


async def test_a_new_alias_is_trimmed_and_stored(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    alias = unique("desktop")
    assert (await jane.post(at(issued), key_alias=f" {alias} ")).json()["key_alias"] == alias
    assert (await jane.key(issued["token"]))["key_alias"] == alias


async def test_an_alias_in_use_is_reported_with_its_field(as_person: SignIn) -> None:
    jane = await as_person("jane")
    taken, issued = await jane.issue(unique("laptop")), await jane.issue(unique("desktop"))
    refused = await jane.post(at(issued), key_alias=taken["key_alias"])
    assert_problem(refused, 400, "already-exists", param="key_alias")
    assert (await jane.key(issued["token"]))["key_alias"] == issued["key_alias"]


async def test_a_key_may_keep_its_own_alias(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    assert (await jane.post(at(issued), key_alias=issued["key_alias"])).status_code == 200


@pytest.mark.parametrize("limit", ["tpm_limit", "rpm_limit", "budget_duration"])
async def test_null_clears_a_limit_or_is_an_error(as_person: SignIn, gateway: Gateway, limit: str) -> None:
    """LiteLLM 1.84 returns 200 and keeps the budget period."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), **EVERYTHING)
    answer = await jane.post(at(issued), **{limit: None})
    if (await stored(gateway, issued))[limit] is not None:
        assert_problem(answer, 502, "upstream-refused", param=limit)
        return
    assert answer.json()[limit] is None
    found = await stored(gateway, issued)
    assert {name: found[name] for name in LIMITS} == LIMITS | {limit: None}


async def test_null_clears_the_expiry(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), duration="7d")
    assert (await jane.post(at(issued), duration=None)).json()["expires_at"] is None
    assert (await jane.key(issued["token"]))["expires_at"] is None


async def test_a_new_duration_starts_now(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), duration="1d")
    assert (await jane.post(at(issued), duration="1y")).status_code == 200
    lived = lifetime_of(await stored(gateway, issued))
    assert timedelta(days=364) <= lived <= timedelta(days=367)


async def test_null_does_not_clear_a_required_budget(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    refused = await jane.post(at(issued), max_budget=None, rpm_limit=1)
    assert_problem(refused, 403, "policy-refused", param="max_budget")
    shown = await jane.key(issued["token"])
    assert (shown["max_budget"], shown["rpm_limit"]) == (5.0, None)


async def test_null_clears_an_optional_budget(as_person: SignIn, desk_with: OpenDesk) -> None:
    async with desk_with(litellm={"key_generation": {"allow_unlimited_budget": True}}) as generous:
        jane = generous.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"))
        assert (await jane.post(at(issued), max_budget=None)).json()["max_budget"] is None


async def test_no_models_means_every_model_the_owner_may_use(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), models=["gpt-4o"])
    assert (await gateway.chat(issued["key"], "claude-sonnet")).status in MODEL_REFUSED
    assert (await jane.post(at(issued), models=[])).json()["models"] == []
    assert (await gateway.chat(issued["key"], "claude-sonnet")).status == 200


async def test_an_update_cannot_allow_more_than_a_new_key(sign_in: SignIn, desk_with: OpenDesk) -> None:
    modest = {"provisioning": {"defaults": {"models": ["gpt-4o-mini"]}}}
    async with desk_with(litellm=modest) as desk:
        jane = desk.welcome(await sign_in("jane"))
        issued = await jane.issue(unique("laptop"))
        refused = await jane.post(at(issued), models=["premium-xl"])
        assert_problem(refused, 403, "policy-refused", param="models")
        nonsense = await jane.post(at(issued), models=["no-such-model"])
        assert_problem(nonsense, 422, "invalid-request", param="models")
        assert (await jane.key(issued["token"]))["models"] == []


async def test_a_key_of_others_is_not_found(as_person: SignIn) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    issued = await jane.issue(unique("laptop"))
    assert_problem(await bob.post(at(issued), max_budget=0.5), 404, "not-found")
    assert (await jane.key(issued["token"]))["max_budget"] == 5.0


async def test_an_unknown_key_is_not_found(as_person: SignIn) -> None:
    jane = await as_person("jane")
    assert_problem(await jane.post("/keys/key_unknown/update", max_budget=1.0), 404, "not-found")


async def test_litellms_hash_is_not_a_key_id(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    for name in (token_of(issued["key"]), issued["key"]):
        assert_problem(await jane.post(f"/keys/{name}/update", max_budget=1.0), 404, "not-found")


async def test_an_update_without_the_permission_is_refused(as_person: SignIn, desk_with: OpenDesk) -> None:
    permission = "litellm.key.manage"
    async with desk_with(grants={permission: ["group:default/platform-team"]}) as strict:
        jane = strict.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"))
        for what in ("update", "block", "unblock"):
            refused = await jane.post(at(issued, what), **({"rpm_limit": 1} if what == "update" else {}))
            assert assert_problem(refused, 403, "permission-missing")["permission"] == permission
