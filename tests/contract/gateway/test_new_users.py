"""What `/user/new` stores, and what it refuses. test_races.py has parallel requests."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, token_of, unique
from tests.support.upstream.reading import person_of, tokens_of

pytestmark = pytest.mark.anyio


async def test_a_new_person_is_read_back_as_sent(gateway: Gateway, make: Maker) -> None:
    sent = {
        "user_alias": "Alice Liddell",
        "max_budget": 10,
        "budget_duration": "30d",
        "models": ["gpt-4o-mini", "gpt-4o"],
        "tpm_limit": 1000,
        "rpm_limit": 10,
        "metadata": {"provisioned_by": "keydesk"},
    }
    alice = await make.person(**sent)
    stored = await person_of(gateway, alice)
    assert {name: stored[name] for name in sent} == sent
    assert (stored["user_id"], stored["user_email"]) == (alice.user_id, alice.email)
    assert (stored["user_role"], stored["spend"], stored["teams"]) == ("internal_user", 0.0, [])
    assert stored["budget_reset_at"] > stored["created_at"]


async def test_a_person_without_limits_has_none(gateway: Gateway, alice: Person) -> None:
    stored = await person_of(gateway, alice)
    nothing = ("max_budget", "budget_duration", "budget_reset_at", "tpm_limit", "rpm_limit", "user_alias")
    assert [stored[name] for name in nothing] == [None] * len(nothing)
    assert (stored["models"], stored["metadata"]) == ([], {})


async def test_no_key_is_created_if_auto_create_key_is_off(gateway: Gateway, make: Maker) -> None:
    user_id = unique("alice")
    make.user_ids.append(user_id)
    answer = await gateway.post("/user/new", user_id=user_id, auto_create_key=False)
    assert (answer.status, answer.body["key"]) == (200, "")
    assert await tokens_of(gateway, Person(user_id, "")) == []


async def test_a_key_is_created_unless_auto_create_key_is_off(gateway: Gateway, make: Maker) -> None:
    user_id = unique("alice")
    make.user_ids.append(user_id)
    answer = await gateway.post("/user/new", user_id=user_id)
    assert answer.status == 200
    assert await tokens_of(gateway, Person(user_id, "")) == [token_of(answer.body["key"])]


async def test_a_person_without_a_role_has_none(gateway: Gateway, make: Maker) -> None:
    alice = Person(unique("alice"), "")
    make.user_ids.append(alice.user_id)
    answer = await gateway.post("/user/new", user_id=alice.user_id, auto_create_key=False)
    assert answer.body["user_role"] is None
    assert (await person_of(gateway, alice))["user_role"] is None


@pytest.mark.since("1.109.1")
async def test_an_id_must_be_unique(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.post("/user/new", user_id=alice.user_id, auto_create_key=False)
    assert answer.status == 409
    assert answer.error == {
        "message": f"{{'error': 'User with id {alice.user_id} already exists'}}",
        "type": "invalid_request_error",
        "param": None,
        "code": "409",
    }


async def test_an_email_must_be_unique(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.post(
        "/user/new", user_id=unique("bob"), user_email=alice.email, auto_create_key=False
    )
    assert answer.status == 409
    assert answer.error["message"] == f"{{'error': 'User with email {alice.email} already exists'}}"


async def test_an_email_is_compared_without_case(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.post(
        "/user/new", user_id=unique("bob"), user_email=alice.email.upper(), auto_create_key=False
    )
    assert answer.status == 409
    assert alice.email in answer.error["message"]


async def test_an_id_is_compared_with_case(gateway: Gateway, alice: Person, make: Maker) -> None:
    other = await make.person(user_id=alice.user_id.upper(), user_email=f"{unique('other')}@example.com")
    assert (await person_of(gateway, other))["user_id"] == alice.user_id.upper()
    assert (await person_of(gateway, alice))["user_id"] == alice.user_id


async def test_an_unknown_role_is_refused(gateway: Gateway) -> None:
    user_id = unique("alice")
    answer = await gateway.post("/user/new", user_id=user_id, user_role="superuser")
    assert answer.status == 422
    assert (answer.detail[0]["type"], answer.detail[0]["loc"]) == ("literal_error", ["body", "user_role"])
    assert (await gateway.get("/v2/user/info", user_id=user_id)).status == 404


@pytest.mark.since("1.108.14")
async def test_an_invalid_budget_duration_is_refused(gateway: Gateway) -> None:
    user_id = unique("alice")
    answer = await gateway.post("/user/new", user_id=user_id, budget_duration="banana")
    assert answer.status == 400
    assert answer.error["message"] == (
        "{'error': \"Invalid budget_duration 'banana'. Use a format like '1h', '24h', '7d', or '30d'.\"}"
    )
    assert (await gateway.get("/v2/user/info", user_id=user_id)).status == 404


async def test_a_negative_budget_is_accepted(gateway: Gateway, make: Maker) -> None:
    alice = await make.person(max_budget=-1)
    assert (await person_of(gateway, alice))["max_budget"] == -1.0
