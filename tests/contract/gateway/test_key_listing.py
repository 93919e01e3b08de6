"""`/key/list`: filters, pages, order and the two formats of its rows."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.shelf import Shelf, make_shelf

pytestmark = pytest.mark.anyio

PAGE = 10


@pytest.fixture(scope="module")
async def shelf(make_for_module: Maker) -> Shelf:
    return await make_shelf(make_for_module, 12)


async def test_a_page_has_ten_keys_with_the_newest_first(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", user_id=shelf.owner.user_id)
    newest_first = [key.token for key in reversed(shelf.keys)]
    assert answer.body == {
        "keys": newest_first[:PAGE],
        "total_count": 12,
        "current_page": 1,
        "total_pages": 2,
    }


async def test_the_last_page_has_the_remaining_keys(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", user_id=shelf.owner.user_id, page=2)
    assert answer.body["keys"] == [shelf.keys[1].token, shelf.keys[0].token]
    assert (answer.body["current_page"], answer.body["total_pages"]) == (2, 2)


async def test_all_pages_together_have_every_key_once(gateway: Gateway, shelf: Shelf) -> None:
    seen: list[str] = []
    for page in range(1, 5):
        answer = await gateway.get("/key/list", user_id=shelf.owner.user_id, page=page, size=3)
        seen += answer.body["keys"]
    assert sorted(seen) == sorted(key.token for key in shelf.keys)


async def test_a_page_beyond_the_last_is_empty(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", user_id=shelf.owner.user_id, page=9)
    assert answer.body == {"keys": [], "total_count": 12, "current_page": 9, "total_pages": 2}


@pytest.mark.parametrize(
    ("query", "kind"), [({"size": 101}, "less_than_equal"), ({"page": 0}, "greater_than_equal")]
)
async def test_the_page_size_is_limited(gateway: Gateway, query: dict[str, Any], kind: str) -> None:
    answer = await gateway.get("/key/list", **query)
    assert answer.status == 422
    assert [(found["type"], found["loc"]) for found in answer.detail] == [(kind, ["query", *query])]


async def test_a_hundred_keys_fit_on_a_page(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", user_id=shelf.owner.user_id, size=100)
    assert len(answer.body["keys"]) == 12


@pytest.mark.since("1.108.14")
async def test_full_rows_have_the_fields_of_the_key_page(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", user_id=shelf.owner.user_id, return_full_object="true", size=1)
    (row,) = answer.body["keys"]
    newest = shelf.keys[-1]
    shown = {
        "token": newest.token,
        "key_name": f"sk-...{newest.secret[-4:]}",
        "key_alias": newest.alias,
        "user_id": shelf.owner.user_id,
        "key_type": "llm_api",
        "spend": 0.0,
    }
    assert {name: row[name] for name in shown} == shown
    assert row["created_at"] is not None
    assert {"expires", "last_active", "budget_reset_at", "blocked", "metadata", "models"} <= row.keys()


async def test_keys_are_found_by_team(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", team_id=shelf.team.team_id)
    assert sorted(answer.body["keys"]) == sorted(key.token for key in shelf.keys[:2])


async def test_a_key_is_found_by_its_alias(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", key_alias=shelf.keys[3].alias)
    assert answer.body["keys"] == [shelf.keys[3].token]


@pytest.mark.since("1.108.14")
async def test_a_part_of_an_alias_matches_only_on_request(gateway: Gateway, shelf: Shelf) -> None:
    part = str(shelf.keys[3].alias)[:-1]
    assert (await gateway.get("/key/list", key_alias=part)).body["keys"] == []
    answer = await gateway.get("/key/list", key_alias=part, substring_matching="true")
    assert answer.body["keys"] == [shelf.keys[3].token]


async def test_a_key_is_found_by_its_hash(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get("/key/list", key_hash=shelf.keys[5].token)
    assert answer.body["keys"] == [shelf.keys[5].token]


@pytest.mark.parametrize("name", ["user_id", "team_id", "key_hash", "key_alias"])
async def test_an_unknown_owner_has_no_keys(gateway: Gateway, name: str) -> None:
    answer = await gateway.get("/key/list", **{name: unique("nothing")})
    assert answer.status == 200
    assert answer.body == {"keys": [], "total_count": 0, "current_page": 1, "total_pages": 0}


async def test_the_order_can_be_reversed(gateway: Gateway, shelf: Shelf) -> None:
    answer = await gateway.get(
        "/key/list", user_id=shelf.owner.user_id, sort_by="created_at", sort_order="asc"
    )
    assert answer.body["keys"] == [key.token for key in shelf.keys[:PAGE]]


@pytest.mark.parametrize(
    ("query", "message"),
    [({"sort_by": "banana"}, "Invalid sort column."), ({"status": "banana"}, "Invalid status value.")],
)
async def test_an_unknown_order_or_status_is_refused(
    gateway: Gateway, query: dict[str, Any], message: str
) -> None:
    answer = await gateway.get("/key/list", **query)
    assert answer.status == 400
    assert message in answer.error["message"]
