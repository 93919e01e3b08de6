"""Keys that were created in LiteLLM: their owners are found, and adopting them never changes the secret."""

from typing import Any

import pytest

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.audit.policy import Filter
from keydesk.keys.adopting import ForeignKey, KeyAdoption
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from tests.support.desk.desk import Desk, SignIn
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, VirtualKey, unique
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio
MODEL_CALLS = ["llm_api_routes"]
CREATOR = "created_by_backstage_user"


def adoption_of(desk: Desk) -> KeyAdoption:
    service: KeyAdoption = desk.app.state.services.key_adoption
    return service


async def found(desk: Desk, key: VirtualKey) -> ForeignKey | None:
    """Return the key if it is listed as foreign. A shared gateway has others as well."""
    key_id = desk.app.state.services.keys.ids.of(key.token)
    pages = [each async for page in adoption_of(desk).pages() for each in page.foreign]
    return next((each for each in pages if each.key_id == key_id), None)


async def to_adopt(desk: Desk, key: VirtualKey) -> ForeignKey:
    foreign = await found(desk, key)
    assert foreign is not None
    return foreign


async def test_a_key_from_litellm_is_adopted_without_a_new_secret(
    as_person: SignIn, desk: Desk, gateway: Gateway, make: Maker
) -> None:
    jane = await as_person("jane")
    key = await make.key(jane.person, key_type="default", max_budget=5.0, metadata={"purpose": "ci"})
    before = await key_of(gateway, key)
    foreign = await to_adopt(desk, key)
    assert (foreign.owner, foreign.left_alone, foreign.violations) == (jane.user_id, None, ())

    await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)

    after = await key_of(gateway, key)
    kept = ("metadata", "max_budget", "key_alias", "user_id", "models", "expires")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["allowed_routes"] == MODEL_CALLS
    assert (await gateway.chat(key.secret)).status == 200
    assert (await gateway.post("/key/generate", credential=key.secret)).status == 403
    assert await found(desk, key) is None
    assert await desk.app.state.services.keys.store.owner_of(foreign.key_id) == jane.user_id
    (entry,) = (
        await desk.app.state.services.audit_reader.page(Filter(object_id=foreign.key_id), 1, 10)
    ).audit_logs
    assert (entry.action, entry.outcome, entry.changed_by) == ("adopted", "succeeded", SYSTEM_ACTOR)


async def test_adopting_twice_records_it_once(as_person: SignIn, desk: Desk, make: Maker) -> None:
    jane = await as_person("jane")
    foreign = await to_adopt(desk, await make.key(jane.person))
    for _ in range(2):
        await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)
    entries = await desk.app.state.services.audit_reader.page(Filter(object_id=foreign.key_id), 1, 10)
    assert len(entries.audit_logs) == 1


async def test_a_key_that_keydesk_issued_is_not_foreign(as_person: SignIn, desk: Desk) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    assert not await adoption_of(desk).is_foreign(issued["token"])


BREAKING: dict[str, dict[str, Any]] = {
    "Every key needs a budget.": {},
    "The budget period is too short, or is not a whole number of days.": {
        "max_budget": 5.0,
        "budget_duration": "1h",
    },
    "The budget is too large.": {"max_budget": 2_000_000.0},
}


@pytest.mark.parametrize("violation", BREAKING)
async def test_what_breaks_the_rules_is_reported_and_not_changed(
    as_person: SignIn, desk: Desk, gateway: Gateway, make: Maker, violation: str
) -> None:
    jane = await as_person("jane")
    key = await make.key(jane.person, **BREAKING[violation])
    before = await key_of(gateway, key)
    foreign = await to_adopt(desk, key)
    assert list(foreign.violations) == [violation]
    await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)
    after = await key_of(gateway, key)
    assert (after["max_budget"], after["budget_duration"]) == (
        before["max_budget"],
        before["budget_duration"],
    )


async def test_a_key_without_a_user_goes_to_the_person_in_its_metadata(
    as_person: SignIn, desk: Desk, gateway: Gateway, make: Maker, scene: Scene
) -> None:
    jane = await as_person("jane")
    await jane.read("/user/info")
    key = await make.key(metadata={CREATOR: scene.ref("jane")})
    foreign = await to_adopt(desk, key)
    assert foreign.owner == jane.user_id
    await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)
    assert (await key_of(gateway, key))["user_id"] == jane.user_id
    assert foreign.key_id in {shown["token"] for shown in await jane.read("/keys")}


async def test_the_metadata_of_a_key_with_a_user_does_not_name_its_owner(
    as_person: SignIn, desk: Desk, make: Maker, scene: Scene
) -> None:
    """Otherwise, a person with access to LiteLLM could make somebody else pay for their key."""
    await (await as_person("jane")).read("/user/info")
    stranger = await make.person()
    key = await make.key(stranger, metadata={CREATOR: scene.ref("jane")})
    foreign = await to_adopt(desk, key)
    assert (foreign.owner, foreign.left_alone) == (
        None, "belongs to an account that no person in the directory has",
    )  # fmt: skip
    with pytest.raises(PolicyRefused):
        await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)


@pytest.mark.parametrize(
    "metadata", [{}, {CREATOR: "user:default/nobody-we-know"}, {CREATOR: "group:default/x"}, {CREATOR: "a b"}]
)
async def test_a_key_of_nobody_is_reported_and_left_alone(
    desk: Desk, gateway: Gateway, make: Maker, metadata: dict[str, str]
) -> None:
    key = await make.key(key_type="default", metadata=metadata)
    foreign = await to_adopt(desk, key)
    assert (foreign.owner, foreign.left_alone) == (None, "has no owner")
    with pytest.raises(PolicyRefused):
        await adoption_of(desk).adopt(SYSTEM_ACTOR, foreign)
    assert (await key_of(gateway, key))["allowed_routes"] == []


async def test_keys_of_administrators_and_custom_routes_are_left_alone(
    as_person: SignIn, desk: Desk, make: Maker, scene: Scene
) -> None:
    jane = await as_person("jane")
    custom = await make.key(jane.person, key_type="default", allowed_routes=["/my/own"])
    admin = await make.person(user_id=scene.user_id("olga"), user_role="proxy_admin")
    reasons = [(await to_adopt(desk, key)).left_alone for key in (custom, await make.key(admin))]
    assert reasons == ["has custom routes", "belongs to an administrator"]


async def test_an_owner_adopts_their_own_key_only(as_person: SignIn, desk: Desk, make: Maker) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    key = await make.key(jane.person, max_budget=1.0)
    adoption, services = adoption_of(desk), desk.app.state.services
    key_id = services.keys.ids.of(key.token)
    account = await services.keys.gateway.users.get(bob.user_id)
    with pytest.raises(NotFound):
        await adoption.adopt_own(person_of(bob.user_id), account, key_id)
    account = await services.keys.gateway.users.get(jane.user_id)
    await adoption.adopt_own(person_of(jane.user_id), account, key_id)
    assert not await adoption.is_foreign(key_id)


def person_of(user_id: str) -> Person:
    return Person(f"user:default/{user_id}")
