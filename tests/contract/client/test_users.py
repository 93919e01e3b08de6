"""`client.users` on a real gateway."""

import pytest

from keydesk.litellm import BadRequest, Conflict, LiteLLM, NewUser, NotFound, UserChanges
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio


@pytest.fixture
def newcomer(make: Maker) -> NewUser:
    """A person to create, who is deleted after the test."""
    user_id = unique("alice")
    make.user_ids.append(user_id)
    return NewUser(
        user_id=user_id,
        user_email=f"{user_id}@example.com",
        user_alias="Alice Liddell",
        max_budget=10,
        budget_duration="30d",
        models=("gpt-4o-mini",),
        metadata={"provisioned_by": "keydesk"},
    )


async def test_a_created_person_is_read_back_as_sent(client: LiteLLM, newcomer: NewUser) -> None:
    await client.users.create(newcomer)
    stored = await client.users.get(newcomer.user_id)
    assert stored is not None
    sent = newcomer.model_dump(exclude={"teams"})
    assert stored.model_dump(include=set(sent)) == sent
    assert (stored.user_role, stored.spend, stored.teams) == ("internal_user", 0.0, ())
    assert stored.created_at is not None
    assert stored.budget_reset_at is not None
    assert stored.budget_reset_at > stored.created_at


async def test_creating_a_person_creates_no_key(client: LiteLLM, newcomer: NewUser) -> None:
    await client.users.create(newcomer)
    assert await client.keys.list(user_id=newcomer.user_id) == []


async def test_an_unknown_person_is_none(client: LiteLLM) -> None:
    assert await client.users.get(unique("nobody")) is None


async def test_an_id_in_use_is_a_conflict(client: LiteLLM, alice: Person) -> None:
    with pytest.raises(Conflict) as refusal:
        await client.users.create(NewUser(user_id=alice.user_id))
    assert (refusal.value.status, refusal.value.param) == (409, "user_id")


async def test_an_email_in_use_is_a_conflict(client: LiteLLM, alice: Person) -> None:
    with pytest.raises(Conflict) as refusal:
        await client.users.create(NewUser(user_id=unique("bob"), user_email=alice.email))
    assert (refusal.value.status, refusal.value.param) == (409, "user_email")


@pytest.mark.since("1.108.14")
async def test_an_invalid_budget_duration_is_a_bad_request(client: LiteLLM) -> None:
    with pytest.raises(BadRequest) as refusal:
        await client.users.create(NewUser(user_id=unique("bob"), budget_duration="banana"))
    assert (refusal.value.status, refusal.value.param) == (400, "budget_duration")


async def test_an_update_keeps_other_fields_and_none_clears_a_limit(
    client: LiteLLM, newcomer: NewUser
) -> None:
    await client.users.create(newcomer)
    before = await client.users.get(newcomer.user_id)
    await client.users.update(newcomer.user_id, UserChanges(user_alias="Alice", max_budget=None))
    after = await client.users.get(newcomer.user_id)
    assert before is not None
    assert after is not None
    changed = {"user_alias": "Alice", "max_budget": None, "updated_at": after.updated_at}
    assert after == before.model_copy(update=changed)


async def test_metadata_is_replaced(client: LiteLLM, newcomer: NewUser) -> None:
    await client.users.create(newcomer)
    await client.users.update(newcomer.user_id, UserChanges(metadata={"note": "raised"}))
    stored = await client.users.get(newcomer.user_id)
    assert stored is not None
    assert stored.metadata == {"note": "raised"}


async def test_a_deleted_person_is_none(client: LiteLLM, alice: Person) -> None:
    await client.users.delete(alice.user_id)
    assert await client.users.get(alice.user_id) is None
    with pytest.raises(NotFound):
        await client.users.delete(alice.user_id)


async def test_only_the_requested_people_are_listed(client: LiteLLM, make: Maker) -> None:
    alice, bob = await make.person(), await make.person()
    found = await client.users.list([alice.user_id, unique("nobody"), bob.user_id])
    assert {user.user_id for user in found} == {alice.user_id, bob.user_id}


async def test_a_part_of_an_id_lists_no_person(client: LiteLLM, alice: Person) -> None:
    assert await client.users.list([alice.user_id[:-1]]) == []


@pytest.mark.parametrize("odd", ["a+b@example.com", "group/jane", "zoë", "user:default/jane", "50%25", "A B"])
async def test_an_id_with_special_characters_is_found(client: LiteLLM, make: Maker, odd: str) -> None:
    person = await make.person(user_id=unique(odd), user_email=f"{unique('odd')}@example.com")
    stored = await client.users.get(person.user_id)
    assert stored is not None
    assert stored.user_id == person.user_id
