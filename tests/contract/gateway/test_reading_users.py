"""The responses of `/user/info`, `/v2/user/info` and `/user/list`."""

from urllib.parse import quote

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique

pytestmark = pytest.mark.anyio

MORE_KEYS_THAN_A_PAGE = 12


async def test_an_unknown_person_is_404(gateway: Gateway) -> None:
    nobody = unique("nobody")
    answer = await gateway.get("/v2/user/info", user_id=nobody)
    assert (answer.status, answer.error["message"]) == (404, f"User not found: {nobody}")


async def test_an_unknown_person_is_404_on_the_older_route_too(gateway: Gateway) -> None:
    nobody = unique("nobody")
    answer = await gateway.get("/user/info", user_id=nobody)
    assert (answer.status, answer.error["message"]) == (404, f"User {nobody} not found")
    assert answer.error["code"] == "404"


async def test_the_newer_route_omits_the_keys(
    gateway: Gateway, alice: Person, laptop_key: VirtualKey
) -> None:
    answer = await gateway.get("/v2/user/info", user_id=alice.user_id)
    assert "keys" not in answer.body
    assert laptop_key.token not in str(answer.body)


async def test_the_older_route_lists_every_key_on_one_page(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    made = {(await make.key(alice)).token for _ in range(MORE_KEYS_THAN_A_PAGE)}
    answer = await gateway.get("/user/info", user_id=alice.user_id)
    assert {key["token"] for key in answer.body["keys"]} == made
    assert answer.body["user_info"]["user_id"] == alice.user_id


async def test_without_an_id_the_response_has_the_master_key_and_keys_of_other_people(
    gateway: Gateway, alice: Person, laptop_key: VirtualKey
) -> None:
    answer = await gateway.get("/user/info")
    assert (answer.status, answer.body["user_id"]) == (200, "default_user_id")
    assert (laptop_key.token, alice.user_id) in {
        (key["token"], key["user_id"]) for key in answer.body["keys"]
    }


@pytest.mark.parametrize("odd", ["a+b@example.com", "group/jane", "zoë", "user:default/jane", "50%25"])
async def test_a_percent_encoded_id_is_decoded(gateway: Gateway, make: Maker, odd: str) -> None:
    person = await make.person(user_id=unique(odd), user_email=f"{unique('odd')}@example.com")
    answer = await gateway.get("/v2/user/info", user_id=person.user_id)
    assert (answer.status, answer.body["user_id"]) == (200, person.user_id)


async def test_a_space_in_an_id_is_sent_as_percent_20(gateway: Gateway, make: Maker) -> None:
    person = await make.person(user_id=unique("Mary Ann"), user_email=f"{unique('mary')}@example.com")
    answer = await gateway.get(f"/v2/user/info?user_id={quote(person.user_id)}")
    assert (answer.status, answer.body["user_id"]) == (200, person.user_id)


@pytest.mark.parametrize("path", ["/user/info", "/v2/user/info"])
async def test_a_plus_in_a_query_is_not_a_space(gateway: Gateway, make: Maker, path: str) -> None:
    person = await make.person(user_id=unique("Mary Ann"), user_email=f"{unique('mary')}@example.com")
    answer = await gateway.get(f"{path}?user_id={person.user_id.replace(' ', '+')}")
    assert answer.status == 404
    assert person.user_id.replace(" ", "+") in answer.error["message"]


async def test_one_id_in_the_list_filter_matches_as_a_substring(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.get("/user/list", user_ids=alice.user_id[:-1])
    assert [user["user_id"] for user in answer.body["users"]] == [alice.user_id]


async def test_two_ids_in_the_list_filter_match_exactly(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.get("/user/list", user_ids=f"{alice.user_id[:-1]},{alice.user_id[:-2]}")
    assert (answer.body["users"], answer.body["total"]) == ([], 0)
    answer = await gateway.get("/user/list", user_ids=f"{alice.user_id},{unique('nobody')}")
    assert [user["user_id"] for user in answer.body["users"]] == [alice.user_id]
