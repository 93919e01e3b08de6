"""What `/user/update` changes, what it ignores, and that it creates missing accounts."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique
from tests.support.upstream.reading import person_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ghost(make: Maker) -> Person:
    """An unknown person, who is deleted after the test."""
    user_id = unique("ghost")
    make.user_ids.append(user_id)
    return Person(user_id, f"{user_id}@example.com")


async def test_an_update_keeps_other_fields(gateway: Gateway, make: Maker) -> None:
    alice = await make.person(max_budget=5, models=["gpt-4o"], metadata={"team": "red"})
    before = await person_of(gateway, alice)
    answer = await gateway.post("/user/update", user_id=alice.user_id, user_alias="Alice")
    assert answer.status == 200
    assert answer.body["data"]["user_alias"] == "Alice"
    changed = {"user_alias": "Alice", "updated_at": (await person_of(gateway, alice))["updated_at"]}
    assert await person_of(gateway, alice) == before | changed


async def test_updating_an_unknown_person_creates_them_without_a_role(
    gateway: Gateway, ghost: Person
) -> None:
    answer = await gateway.post("/user/update", user_id=ghost.user_id, max_budget=20)
    assert (answer.status, answer.body["user_id"]) == (200, ghost.user_id)
    stored = await person_of(gateway, ghost)
    assert (stored["user_role"], stored["max_budget"]) == (None, 20.0)


async def test_a_person_created_by_an_update_does_not_get_the_default_role(
    gateway: Gateway, ghost: Person
) -> None:
    await gateway.post("/user/update", user_id=ghost.user_id, max_budget=20)
    answer = await gateway.post(
        "/user/new", user_id=ghost.user_id, user_role="internal_user", auto_create_key=False
    )
    assert answer.status == 409
    assert (await person_of(gateway, ghost))["user_role"] is None


async def test_metadata_is_replaced_and_not_merged(gateway: Gateway, make: Maker) -> None:
    alice = await make.person(metadata={"provisioned_by": "keydesk"})
    await gateway.post("/user/update", user_id=alice.user_id, metadata={"note": "raised"})
    assert (await person_of(gateway, alice))["metadata"] == {"note": "raised"}


@pytest.mark.parametrize(("field", "empty"), [("metadata", {}), ("metadata", None), ("models", [])])
async def test_empty_metadata_or_models_are_ignored(
    gateway: Gateway, make: Maker, field: str, empty: Any
) -> None:
    alice = await make.person(metadata={"provisioned_by": "keydesk"}, models=["gpt-4o"])
    before = (await person_of(gateway, alice))[field]
    answer = await gateway.post("/user/update", user_id=alice.user_id, **{field: empty})
    assert answer.status == 200
    assert (await person_of(gateway, alice))[field] == before


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize("field", ["max_budget", "tpm_limit", "rpm_limit"])
async def test_null_clears_a_limit(gateway: Gateway, make: Maker, field: str) -> None:
    alice = await make.person(max_budget=5, tpm_limit=5, rpm_limit=5)
    await gateway.post("/user/update", user_id=alice.user_id, **{field: None})
    stored = await person_of(gateway, alice)
    limits = {"max_budget": 5.0, "tpm_limit": 5, "rpm_limit": 5} | {field: None}
    assert {name: stored[name] for name in limits} == limits


@pytest.mark.since("1.108.14")
async def test_null_clears_the_budget_period_and_its_next_reset(gateway: Gateway, make: Maker) -> None:
    alice = await make.person(max_budget=5, budget_duration="30d")
    await gateway.post("/user/update", user_id=alice.user_id, budget_duration=None)
    stored = await person_of(gateway, alice)
    assert (stored["budget_duration"], stored["budget_reset_at"]) == (None, None)


async def test_a_negative_budget_is_accepted(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.post("/user/update", user_id=alice.user_id, max_budget=-1)
    assert answer.status == 200
    assert (await person_of(gateway, alice))["max_budget"] == -1.0


async def test_spend_can_be_set(gateway: Gateway, alice: Person) -> None:
    await gateway.post("/user/update", user_id=alice.user_id, spend=5)
    assert (await person_of(gateway, alice))["spend"] == 5.0


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("budget_duration", "banana", 400), ("max_budget", "lots", 422), ("user_role", "superuser", 422)],
)
async def test_an_invalid_update_is_refused_and_changes_nothing(
    gateway: Gateway, alice: Person, field: str, value: str, status: int
) -> None:
    before = await person_of(gateway, alice)
    answer = await gateway.post("/user/update", user_id=alice.user_id, **{field: value})
    assert answer.status == status
    assert await person_of(gateway, alice) == before
