"""Virtual keys: model calls only, complete lists, and deletion."""

import pytest

from keydesk.litellm import Conflict, KeyChanges, NewKey, NotFound, UnexpectedAnswer
from tests.unit.litellm.gateway import SECRET, TOKEN_HASH, GatewayStandIn, answer, refusal

pytestmark = pytest.mark.anyio

LAPTOP_KEY = {
    "token": TOKEN_HASH,
    "key_name": "sk-...Dgag",
    "key_alias": "laptop",
    "spend": 1.32e-05,
    "expires": "2026-11-30T10:59:46.903000Z",
    "models": ["gpt-4o-mini"],
    "user_id": "alice",
    "team_id": None,
    "blocked": None,
    "key_type": "llm_api",
    "metadata": {"purpose": "test"},
    "last_active": None,
}
UNKNOWN_KEY = refusal("Key not found.", 404, "key")


def page_of(*keys: object) -> object:
    return {"keys": list(keys), "total_count": len(keys), "current_page": 1, "total_pages": 1}


async def test_a_new_key_can_only_call_models(litellm: GatewayStandIn) -> None:
    litellm.on("POST /key/generate", answer({**LAPTOP_KEY, "key": SECRET, "token_id": TOKEN_HASH}))
    key = await litellm.connect().keys.create(NewKey(key_alias="laptop", user_id="alice", max_budget=1))
    assert litellm.body == {
        "key_alias": "laptop",
        "user_id": "alice",
        "models": [],
        "max_budget": 1,
        "metadata": {},
        "key_type": "llm_api",
    }
    assert (key.secret.get_secret_value(), key.token_hash, key.masked) == (SECRET, TOKEN_HASH, "sk-...Dgag")


async def test_an_alias_in_use_is_a_conflict(litellm: GatewayStandIn) -> None:
    message = "Key with alias 'laptop' already exists. Unique key aliases across all keys are required."
    litellm.on("POST /key/generate", refusal(message, 400, "key_alias"))
    with pytest.raises(Conflict) as raised:
        await litellm.connect().keys.create(NewKey(key_alias="laptop"))
    assert raised.value.param == "key_alias"


async def test_a_key_without_a_secret_was_not_created(litellm: GatewayStandIn) -> None:
    litellm.on("POST /key/generate", answer(LAPTOP_KEY))
    with pytest.raises(UnexpectedAnswer, match="key"):
        await litellm.connect().keys.create(NewKey())


async def test_a_key_is_read_by_its_hash(litellm: GatewayStandIn) -> None:
    info = {name: value for name, value in LAPTOP_KEY.items() if name != "token"}
    litellm.on("GET /key/info", answer({"key": TOKEN_HASH, "info": {**info, "status": "active"}}))
    key = await litellm.connect().keys.get(TOKEN_HASH)
    assert key is not None
    assert (key.token_hash, key.key_alias, key.blocked) == (TOKEN_HASH, "laptop", False)


@pytest.mark.parametrize("mark", [{"status": "deleted"}, {"deleted_at": "2026-11-23T11:00:17Z"}])
async def test_a_deleted_key_is_none_although_litellm_still_returns_it(
    litellm: GatewayStandIn, mark: dict[str, str]
) -> None:
    litellm.on("GET /key/info", answer({"key": TOKEN_HASH, "info": {**LAPTOP_KEY, **mark}}))
    assert await litellm.connect().keys.get(TOKEN_HASH) is None


async def test_an_unknown_key_is_none(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/info", refusal("Key not found in database", 404, "key"))
    assert await litellm.connect().keys.get(TOKEN_HASH) is None


async def test_an_updated_key_is_returned_with_its_new_values(litellm: GatewayStandIn) -> None:
    litellm.on("POST /key/update", answer({**LAPTOP_KEY, "key": TOKEN_HASH, "max_budget": None}))
    key = await litellm.connect().keys.update(TOKEN_HASH, KeyChanges(max_budget=None))
    assert litellm.body == {"key": TOKEN_HASH, "max_budget": None}
    assert key.max_budget is None


@pytest.mark.parametrize(
    ("verb", "body"),
    [("block", {"key": TOKEN_HASH}), ("unblock", {"key": TOKEN_HASH}), ("delete", {"keys": [TOKEN_HASH]})],
)
async def test_a_key_is_blocked_unblocked_and_deleted(
    litellm: GatewayStandIn, verb: str, body: object
) -> None:
    litellm.on(f"POST /key/{verb}", answer({}), UNKNOWN_KEY)
    keys = litellm.connect().keys
    await getattr(keys, verb)(TOKEN_HASH)
    assert litellm.body == body
    with pytest.raises(NotFound):
        await getattr(keys, verb)(TOKEN_HASH)


async def test_a_spend_reset_has_the_key_in_the_path(litellm: GatewayStandIn) -> None:
    counted: list[str] = []
    litellm.on(f"POST /key/{TOKEN_HASH}/reset_spend", answer({"spend": 0.0}))
    gateway = litellm.connect(on_call=lambda attempt: counted.append(attempt.route))
    await gateway.keys.reset_spend(TOKEN_HASH)
    assert litellm.body == {"reset_to": 0.0}
    assert counted == ["/key/{token_hash}/reset_spend"]


async def test_a_hash_cannot_change_the_path(litellm: GatewayStandIn) -> None:
    litellm.on("POST /key/a/../b?c/reset_spend", answer({}))
    await litellm.connect().keys.reset_spend("a/../b?c")
    assert litellm.requests[-1].url.raw_path == b"/key/a%2F..%2Fb%3Fc/reset_spend"


async def test_keys_are_listed_completely_and_by_the_given_filters(litellm: GatewayStandIn) -> None:
    litellm.on("GET /key/list", answer(page_of(LAPTOP_KEY)))
    keys = await litellm.connect().keys.list(user_id="alice", alias="laptop", token_hash=TOKEN_HASH)
    assert [key.key_alias for key in keys] == ["laptop"]
    assert litellm.query == {
        "user_id": "alice",
        "key_alias": "laptop",
        "key_hash": TOKEN_HASH,
        "return_full_object": "true",
        "page": "1",
        "size": "100",
    }


async def test_keys_of_others_are_dropped_if_a_release_ignores_a_filter(
    litellm: GatewayStandIn,
) -> None:
    bobs = {**LAPTOP_KEY, "token": "b" * 64, "user_id": "bob", "key_alias": "laptop-2"}
    litellm.on("GET /key/list", answer(page_of(LAPTOP_KEY, bobs)))
    keys = litellm.connect().keys
    assert [key.user_id for key in await keys.list(user_id="alice")] == ["alice"]
    assert [key.key_alias for key in await keys.list(alias="laptop")] == ["laptop"]
    assert await keys.list(team_id="red") == []


async def test_keys_are_counted_with_a_page_of_one(litellm: GatewayStandIn) -> None:
    page = {"keys": [LAPTOP_KEY], "total_count": 499, "current_page": 1, "total_pages": 499}
    litellm.on("GET /key/list", answer(page))
    assert await litellm.connect().keys.count(user_id="alice") == 499


async def test_a_count_of_other_peoples_keys_is_not_used(litellm: GatewayStandIn) -> None:
    """A release ignores a filter that it does not support."""
    litellm.on(
        "GET /key/list", answer(page_of(LAPTOP_KEY, {**LAPTOP_KEY, "user_id": "bob", "token": "b" * 64}))
    )
    assert await litellm.connect().keys.count(user_id="alice") == 1
