"""New keys: the request, what LiteLLM stores, and what the key can do."""

from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import OVER_BUDGET, Gateway
from tests.support.upstream.making import Maker, VirtualKey, token_of, unique
from tests.support.upstream.reading import key_of, lifetime_of, tokens_of

pytestmark = pytest.mark.anyio


async def stored(gateway: Gateway, issued: dict[str, Any]) -> dict[str, Any]:
    """Return what LiteLLM stores of a new key."""
    return await key_of(gateway, VirtualKey(issued["key"], token_of(issued["key"]), None))


async def test_the_response_has_the_secret_and_the_granted_values(as_person: SignIn) -> None:
    jane = await as_person("jane")
    alias = unique("laptop")
    issued = await jane.issue(alias, models=["gpt-4o"], duration="7d", tpm_limit=1000, rpm_limit=10)
    secret, key_id, expires_at = issued.pop("key"), issued.pop("token"), issued.pop("expires_at")
    assert secret.startswith("sk-")
    assert key_id.startswith("key_")
    assert datetime.fromisoformat(expires_at).utcoffset() == timedelta(0)
    assert issued == {
        "key_alias": alias,
        "max_budget": 5.0,
        "tpm_limit": 1000,
        "rpm_limit": 10,
        "models": ["gpt-4o"],
    }


async def test_litellm_stores_the_requested_values(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    wanted = {"models": ["gpt-4o"], "max_budget": 2.5, "tpm_limit": 1000, "rpm_limit": 10}
    alias = unique("laptop")
    found = await stored(gateway, await jane.issue(alias, **wanted, budget_duration="7d", duration="30d"))
    assert {name: found[name] for name in wanted} == wanted
    assert (found["key_alias"], found["user_id"], found["team_id"]) == (alias, jane.user_id, None)
    assert (found["budget_duration"], lifetime_of(found)) == ("7d", timedelta(days=30))


async def test_a_key_can_only_call_models(as_person: SignIn, gateway: Gateway) -> None:
    """A key of LiteLLM's default type could create keys without budget and expiry."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    assert (await stored(gateway, issued))["allowed_routes"] == ["llm_api_routes"]
    minted = await gateway.post("/key/generate", credential=issued["key"], max_budget=None)
    assert minted.status == 403
    assert (await gateway.chat(issued["key"])).status == 200


async def test_a_key_has_its_creator_in_its_metadata(
    as_person: SignIn, gateway: Gateway, scene: Scene
) -> None:
    jane = await as_person("jane")
    metadata = (await stored(gateway, await jane.issue(unique("laptop"))))["metadata"]
    assert datetime.fromisoformat(metadata["created_at_iso"]).utcoffset() == timedelta(0)
    assert len(metadata["keydesk_intent"]) == 32
    told = {name: value for name, value in metadata.items() if name.startswith("created_by")}
    assert told == {
        "created_by_backstage_user": scene.ref("jane"),
        "created_by_email": jane.person.email,
        "created_by_display_name": f"Jane of {scene.name}",
    }
    assert metadata["created_via"] == "keydesk"


async def test_an_alias_is_trimmed(as_person: SignIn) -> None:
    jane = await as_person("jane")
    alias = unique("laptop")
    assert (await jane.issue(f"  {alias}\n"))["key_alias"] == alias


@pytest.mark.parametrize(
    ("duration", "lived"),
    [("90s", timedelta(seconds=90)), ("2w", timedelta(weeks=2)), ("3d", timedelta(days=3))],
)
async def test_a_key_has_the_requested_lifetime(
    as_person: SignIn, gateway: Gateway, duration: str, lived: timedelta
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), duration=duration)
    assert lifetime_of(await stored(gateway, issued)) == lived


async def test_unknown_stamps_are_omitted(
    desk_with: OpenDesk, make: Maker, gateway: Gateway, scene: Scene
) -> None:
    async with desk_with(directory={"people": [{"ref": scene.ref("jane")}]}) as desk:
        make.user_ids.append(scene.user_id("jane"))
        jane = await desk.sign_in(scene.user_id("jane"))
        said = {"created_by_email": "boss@example.com", "created_by_display_name": "The boss", "purpose": "x"}
        metadata = (await stored(gateway, await jane.issue(unique("laptop"), metadata=said)))["metadata"]
    assert metadata["keydesk_labels"] == said
    told = {name: value for name, value in metadata.items() if name.startswith("created_by")}
    assert told == {"created_by_backstage_user": scene.ref("jane")}


async def test_a_key_can_have_a_lifetime_of_a_year(as_person: SignIn, gateway: Gateway) -> None:
    """LiteLLM has no unit for years."""
    jane = await as_person("jane")
    lived = lifetime_of(await stored(gateway, await jane.issue(unique("laptop"), duration="1y")))
    assert timedelta(days=364) <= lived <= timedelta(days=367)


@pytest.mark.parametrize(("said", "kept"), [("1mo", "1mo"), ("2mo", "60d"), ("1y", "365d"), ("24h", "1d")])
async def test_litellm_accepts_every_budget_period(
    as_person: SignIn, gateway: Gateway, said: str, kept: str
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), budget_duration=said)
    assert (await stored(gateway, issued))["budget_duration"] == kept


async def test_without_a_duration_a_key_does_not_expire(as_person: SignIn) -> None:
    jane = await as_person("jane")
    assert (await jane.issue(unique("laptop")))["expires_at"] is None


async def test_an_alias_in_use_is_reported_with_its_field(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    alias = unique("laptop")
    await jane.issue(alias)
    again = await jane.post("/keys/generate", alias=alias, max_budget=1.0)
    problem = assert_problem(again, 400, "already-exists", param="key_alias")
    assert problem["hint"]
    assert len(await tokens_of(gateway, jane.person)) == 1


async def test_aliases_are_unique_across_people(as_person: SignIn) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    alias = unique("laptop")
    await jane.issue(alias)
    refused = await bob.post("/keys/generate", alias=alias, max_budget=1.0)
    assert_problem(refused, 400, "already-exists", param="key_alias")


async def test_a_key_needs_a_budget(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=None)
    assert_problem(refused, 403, "policy-refused", param="max_budget")
    assert await tokens_of(gateway, jane.person) == []


async def test_a_key_without_a_budget_is_granted_if_the_budget_is_optional(
    as_person: SignIn, gateway: Gateway, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm={"key_generation": {"allow_unlimited_budget": True}}) as generous:
        jane = generous.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"), max_budget=None)
    assert issued["max_budget"] is None
    assert (await stored(gateway, issued))["max_budget"] is None


async def test_a_key_without_the_permission_is_refused(as_person: SignIn, desk_with: OpenDesk) -> None:
    permission = "litellm.key.create"
    async with desk_with(grants={permission: ["group:default/platform-team"]}) as strict:
        jane, olga = [strict.welcome(await as_person(name)) for name in ("jane", "olga")]
        refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
        assert assert_problem(refused, 403, "permission-missing")["permission"] == permission
        await olga.issue(unique("laptop"))


async def test_the_budget_of_a_key_limits_its_calls(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=0.0001, models=["premium-xl"])
    assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
    assert (await gateway.chat(issued["key"], "premium-xl")).status in OVER_BUDGET


async def issue_in_parallel(visitor: Visitor, aliases: list[str]) -> list[int]:
    """Request a key with each alias in parallel. Return the statuses in no particular order."""
    statuses: list[int] = []

    async def one(alias: str) -> None:
        answer = await visitor.post("/keys/generate", alias=alias, max_budget=1.0)
        statuses.append(answer.status_code)

    async with anyio.create_task_group() as group:
        for alias in aliases:
            group.start_soon(one, alias)
    return statuses


async def test_one_of_several_parallel_keys_with_one_alias_is_created(
    as_person: SignIn, gateway: Gateway
) -> None:
    """LiteLLM itself would create several: it checks the alias before it inserts."""
    jane = await as_person("jane")
    statuses = await issue_in_parallel(jane, [unique("laptop")] * 8)
    assert sorted(statuses) == [200] + [400] * 7
    assert len(await tokens_of(gateway, jane.person)) == 1
