"""LiteLLM users: lookups, and the requests to create and update them."""

import httpx2
import pytest

from keydesk.litellm import Conflict, NewUser, NotFound, UnexpectedAnswer, UserChanges
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, GatewayStandIn, answer, refusal

pytestmark = pytest.mark.anyio

ALICE = {
    "user_id": "alice",
    "user_email": "alice@example.com",
    "user_role": "internal_user",
    "spend": 0.5,
    "max_budget": 10.0,
    "tpm_limit": None,
    "rpm_limit": 60,
    "models": ["gpt-4o"],
    "budget_reset_at": "2026-12-01T00:00:00Z",
    "created_at": "2026-11-23T10:59:45.651000Z",
    "sso_user_id": None,
    "metadata": {"src": "panel"},
}


async def test_alice_is_read_with_one_call(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", answer(ALICE))
    alice = await litellm.connect().users.get("alice")
    assert alice is not None
    assert (alice.user_id, alice.spend, alice.models) == ("alice", 0.5, ("gpt-4o",))
    assert litellm.query == {"user_id": "alice"}
    assert len(litellm.requests) == 1


async def test_an_unknown_person_is_none(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", refusal("User not found: bob", 404))
    assert await litellm.connect().users.get("bob") is None
    assert litellm.asked == ["GET /v2/user/info"]


@pytest.mark.parametrize(
    "empty",
    [
        {"user_id": None, "user_email": None, "models": []},
        {"user_id": "bob", "user_email": None, "spend": 0.0, "models": [], "metadata": {}},
        {},
    ],
)
async def test_an_older_release_returns_200_for_an_unknown_person(
    litellm: GatewayStandIn, empty: dict[str, object]
) -> None:
    litellm.on("GET /v2/user/info", answer(empty))
    assert await litellm.connect().users.get("bob") is None


async def test_a_missing_newer_route_is_replaced_by_the_older_one_permanently(
    litellm: GatewayStandIn,
) -> None:
    litellm.on("GET /v2/user/info", answer(NO_SUCH_ROUTE, 404))
    litellm.on("GET /user/info", answer({"user_id": "alice", "user_info": ALICE, "keys": [{"token": "x"}]}))
    gateway = litellm.connect()
    for _ in range(2):
        alice = await gateway.users.get("alice")
        assert alice is not None
        assert alice.user_email == "alice@example.com"
    assert litellm.asked == ["GET /v2/user/info", "GET /user/info", "GET /user/info"]


async def test_a_route_without_rate_limits_is_replaced_by_the_older_one_permanently(
    litellm: GatewayStandIn,
) -> None:
    short = {name: value for name, value in ALICE.items() if name not in ("tpm_limit", "rpm_limit")}
    litellm.on("GET /v2/user/info", answer(short))
    litellm.on("GET /user/info", answer({"user_id": "alice", "user_info": ALICE, "keys": []}))
    gateway = litellm.connect()
    for _ in range(2):
        alice = await gateway.users.get("alice")
        assert alice is not None
        assert alice.rpm_limit == 60
    assert litellm.asked == ["GET /v2/user/info", "GET /user/info", "GET /user/info"]


@pytest.mark.parametrize(
    "reply",
    [
        answer({"user_id": "bob", "user_info": None, "keys": [], "teams": []}),
        answer({"user_id": "bob", "user_info": {}, "keys": [], "teams": []}),
        answer({"user_id": "bob", "user_info": {"spend": 0}, "keys": [], "teams": []}),
        refusal("User bob not found", 404),
    ],
)
async def test_the_older_route_reports_an_unknown_person_in_several_ways(
    litellm: GatewayStandIn, reply: httpx2.Response
) -> None:
    litellm.on("GET /v2/user/info", answer(NO_SUCH_ROUTE, 404))
    litellm.on("GET /user/info", reply)
    assert await litellm.connect().users.get("bob") is None


async def test_a_404_of_another_server_does_not_make_alice_unknown(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", httpx2.Response(404, html="<h1>404 page not found</h1>"))
    with pytest.raises(UnexpectedAnswer):
        await litellm.connect().users.get("alice")


async def test_a_response_about_another_person_is_refused(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", answer(ALICE))
    with pytest.raises(UnexpectedAnswer, match="different user"):
        await litellm.connect().users.get("bob")


@pytest.mark.parametrize("user_id", ["", " ", ".", ".."])
async def test_an_empty_id_is_not_looked_up(litellm: GatewayStandIn, user_id: str) -> None:
    with pytest.raises(ValueError, match="user_id"):
        await litellm.connect().users.get(user_id)
    assert litellm.requests == []


async def test_a_new_person_gets_a_role_and_no_key(litellm: GatewayStandIn) -> None:
    litellm.on("POST /user/new", answer({"user_id": "alice", "key": ""}))
    await litellm.connect().users.create(NewUser(user_id="alice", max_budget=10, metadata={"by": "keydesk"}))
    assert litellm.body == {
        "user_id": "alice",
        "user_role": "internal_user",
        "max_budget": 10,
        "models": [],
        "teams": [],
        "metadata": {"by": "keydesk"},
        "auto_create_key": False,
    }


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("{'error': 'User with id alice already exists'}", "user_id"),
        ("{'error': 'User with email alice@example.com already exists'}", "user_email"),
    ],
)
async def test_an_existing_person_is_a_conflict(litellm: GatewayStandIn, message: str, param: str) -> None:
    litellm.on("POST /user/new", refusal(message, 409))
    with pytest.raises(Conflict) as raised:
        await litellm.connect().users.create(NewUser(user_id="alice"))
    assert (raised.value.param, raised.value.status) == (param, 409)


async def test_an_update_sends_only_changed_fields(litellm: GatewayStandIn) -> None:
    litellm.on("POST /user/update", answer({"user_id": "alice", "data": {}}))
    await litellm.connect().users.update("alice", UserChanges(max_budget=None, rpm_limit=5))
    assert litellm.body == {"user_id": "alice", "max_budget": None, "rpm_limit": 5}


async def test_a_person_is_listed_by_the_exact_id(litellm: GatewayStandIn) -> None:
    others = [ALICE, {**ALICE, "user_id": "alice-the-second"}]
    litellm.on("GET /user/list", answer({"users": others, "total": 2, "page": 1, "total_pages": 1}))
    assert [user.user_id for user in await litellm.connect().users.list(["alice"])] == ["alice"]
    assert litellm.query["user_ids"] == "alice,alice"


async def test_an_id_with_a_comma_is_requested_alone(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", answer({**ALICE, "user_id": "alice,bob"}))
    assert [user.user_id for user in await litellm.connect().users.list(["alice,bob"])] == ["alice,bob"]
    assert litellm.query == {"user_id": "alice,bob"}


async def test_an_empty_list_makes_no_call(litellm: GatewayStandIn) -> None:
    assert await litellm.connect().users.list([]) == []
    assert litellm.requests == []


async def test_two_hundred_people_need_two_calls(litellm: GatewayStandIn) -> None:
    litellm.on("GET /user/list", answer({"users": [], "total": 0, "total_pages": 0}))
    await litellm.connect().users.list([f"person-{number}" for number in range(200)])
    assert len(litellm.requests) == 2


async def test_deleting_an_unknown_person_is_reported(litellm: GatewayStandIn) -> None:
    litellm.on("POST /user/delete", answer({"detail": {"error": "User not found, passed user_id=bob"}}, 404))
    with pytest.raises(NotFound, match="User not found"):
        await litellm.connect().users.delete("bob")
    assert litellm.body == {"user_ids": ["bob"]}
