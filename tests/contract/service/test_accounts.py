"""Accounts are created on the first visit with the defaults, once, with only the configured values."""

import pytest

from tests.support.desk.configuring import DEFAULTS
from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker
from tests.support.upstream.reading import person_of, tokens_of

pytestmark = pytest.mark.anyio


async def test_the_first_visit_creates_an_account_with_the_defaults(
    sign_in: SignIn, gateway: Gateway
) -> None:
    jane = await sign_in("jane")
    await jane.read("/user/info")
    stored = await person_of(gateway, jane.person)
    limits = {name: stored[name] for name in ("max_budget", "budget_duration", "tpm_limit", "rpm_limit")}
    assert limits == {name: DEFAULTS[name] for name in limits}
    assert stored["user_role"] == "internal_user"
    assert stored["user_email"] == jane.person.email
    assert stored["models"] == []


async def test_an_account_has_its_origin_in_its_metadata(
    sign_in: SignIn, gateway: Gateway, scene: Scene
) -> None:
    jane = await sign_in("jane")
    await jane.read("/user/info")
    metadata = (await person_of(gateway, jane.person))["metadata"]
    provisioned_at = metadata.pop("provisioned_at")
    assert provisioned_at
    assert metadata == {
        "cost_center": "4711",
        "provisioned_by": "keydesk",
        "backstage_entity": scene.ref("jane"),
        "backstage_email": jane.person.email,
        "backstage_display_name": f"Jane of {scene.name}",
    }


async def test_a_new_account_has_no_key(sign_in: SignIn, gateway: Gateway) -> None:
    jane = await sign_in("jane")
    assert await jane.read("/keys") == []
    assert await tokens_of(gateway, jane.person) == []


async def test_an_account_has_the_fields_of_the_web_client(as_person: SignIn) -> None:
    jane = await as_person("jane")
    account = await jane.read("/user/info")
    assert account.pop("budget_reset_at")
    assert account == {
        "user_id": jane.user_id,
        "user_email": jane.person.email,
        "teams": [],
        "models": [],
        "max_budget": 25.0,
        "spend": 0.0,
        "budget_duration": "30d",
        "can_view_audit": False,
    }


async def test_an_existing_account_is_not_changed(
    sign_in: SignIn, gateway: Gateway, make: Maker, scene: Scene
) -> None:
    await make.person(user_id=scene.user_id("jane"), max_budget=3.0, metadata={"made_by": "hand"})
    jane = await sign_in("jane")
    assert (await jane.read("/user/info"))["max_budget"] == 3.0
    assert (await person_of(gateway, jane.person))["metadata"] == {"made_by": "hand"}


async def test_teams_of_the_account_are_listed(as_person: SignIn, make: Maker) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    assert (await jane.read("/user/info"))["teams"] == [team.team_id]


async def test_new_accounts_join_the_teams_of_the_defaults(
    sign_in: SignIn, make: Maker, desk_with: OpenDesk
) -> None:
    team = await make.team()
    defaults = {"teams": [team.team_id], "models": ["gpt-4o-mini"]}
    async with desk_with(litellm={"provisioning": {"defaults": defaults}}) as generous:
        jane = generous.welcome(await sign_in("jane"))
        account = await jane.read("/user/info")
        assert (account["teams"], account["models"]) == ([team.team_id], ["gpt-4o-mini"])
        assert [shown["team_id"] for shown in await jane.read("/teams")] == [team.team_id]


async def test_without_provisioning_a_new_person_gets_an_error_without_an_account(
    sign_in: SignIn, gateway: Gateway, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm={"provisioning": {"enabled": False}}) as strict:
        jane = strict.welcome(await sign_in("jane"))
        problem = assert_problem(await jane.get("/user/info"), 404, "account-not-found")
    assert (problem["error"], problem["provisioning"]) == ("User not found in LiteLLM", False)
    assert problem["hint"]
    assert (await gateway.get("/v2/user/info", user_id=jane.user_id)).status == 404


async def test_without_provisioning_an_existing_account_works(
    sign_in: SignIn, make: Maker, scene: Scene, desk_with: OpenDesk
) -> None:
    await make.person(user_id=scene.user_id("jane"))
    async with desk_with(litellm={"provisioning": {"enabled": False}}) as strict:
        jane = strict.welcome(await sign_in("jane"))
        assert (await jane.read("/user/info"))["user_id"] == jane.user_id


async def test_an_email_of_another_person_is_a_conflict_and_creates_no_account(
    sign_in: SignIn, gateway: Gateway, make: Maker, scene: Scene
) -> None:
    await make.person(user_email=scene.email("jane"))
    jane = await sign_in("jane")
    problem = assert_problem(await jane.get("/user/info"), 409, "conflict", param="user_email")
    assert problem["hint"]
    assert (await gateway.get("/v2/user/info", user_id=jane.user_id)).status == 404


async def test_a_domain_becomes_part_of_the_user_id(
    sign_in: SignIn, make: Maker, scene: Scene, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm={"user_id_domain": "corp.example"}) as corporate:
        jane = corporate.welcome(await sign_in("jane"))
        make.user_ids.append(f"{scene.user_id('jane')}@corp.example")
        assert (await jane.read("/user/info"))["user_id"] == f"{scene.user_id('jane')}@corp.example"


async def test_a_person_unknown_to_the_directory_gets_no_account(
    sign_in: SignIn, gateway: Gateway, desk_with: OpenDesk
) -> None:
    async with desk_with(directory={"people": []}) as lonely:
        jane = lonely.welcome(await sign_in("jane"))
        assert_problem(await jane.get("/user/info"), 403, "not-an-account")
    assert (await gateway.get("/v2/user/info", user_id=jane.user_id)).status == 404


async def test_no_person_becomes_the_master_keys_own_user(desk_with: OpenDesk) -> None:
    """`default_user_id` owns objects without an owner in LiteLLM."""
    async with desk_with(directory={"people": [{"ref": "default_user_id"}]}) as desk:
        impostor = await desk.sign_in("default_user_id")
        for path in ("/user/info", "/keys", "/usage"):
            assert_problem(await impostor.get(path), 403, "not-an-account")


async def test_a_user_id_in_the_query_is_ignored(as_person: SignIn) -> None:
    """The credential alone identifies the caller."""
    jane, bob = await as_person("jane"), await as_person("bob")
    await bob.issue("key of " + bob.user_id)
    assert (await jane.read("/user/info", user_id=bob.user_id))["user_id"] == jane.user_id
    assert await jane.read("/keys", user_id=bob.user_id) == []


async def test_an_account_deleted_in_litellm_is_created_again(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    assert (await gateway.post("/user/delete", user_ids=[jane.user_id])).status == 200
    assert (await jane.read("/user/info"))["user_id"] == jane.user_id
    assert (await person_of(gateway, jane.person))["max_budget"] == DEFAULTS["max_budget"]
