"""The three formats of LiteLLM's errors, and its response to a wrong or missing credential."""

import pytest

from tests.support.upstream.gateway import NO_CREDENTIAL, Gateway
from tests.support.upstream.making import Person, unique

pytestmark = pytest.mark.anyio


async def test_a_management_error_has_four_members_and_a_string_code(gateway: Gateway) -> None:
    answer = await gateway.get("/v2/user/info", user_id=unique("nobody"))
    assert answer.body.keys() == {"error"}
    assert answer.error.keys() == {"message", "type", "param", "code"}
    assert answer.error["code"] == str(answer.status)


async def test_a_message_can_be_a_printed_python_dict(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.post("/user/new", user_id=alice.user_id, auto_create_key=False)
    message = answer.error["message"]
    assert isinstance(message, str)
    assert message.startswith("{'error': ")


async def test_a_detail_can_contain_an_error(gateway: Gateway) -> None:
    answer = await gateway.get("/user/daily/activity")
    assert (answer.status, answer.body) == (
        400,
        {"detail": {"error": "Please provide start_date and end_date"}},
    )


async def test_a_detail_can_be_a_list_of_wrong_fields(gateway: Gateway) -> None:
    answer = await gateway.get("/key/list", size=101)
    assert answer.status == 422
    (wrong,) = answer.body["detail"]
    assert {"type", "loc", "msg"} <= wrong.keys()


async def test_an_unknown_route_is_404(gateway: Gateway) -> None:
    answer = await gateway.get("/no/such/route")
    assert (answer.status, answer.body) == (404, {"detail": "Not Found"})


async def test_a_wrong_method_is_405(gateway: Gateway) -> None:
    answer = await gateway.get("/key/generate")
    assert (answer.status, answer.body) == (405, {"detail": "Method Not Allowed"})


async def test_invalid_json_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post_raw("/key/generate", '{"max_budget": ')
    assert (answer.status, answer.detail[0]["type"]) == (422, "json_invalid")


@pytest.mark.since("1.109.1")
async def test_a_body_must_be_an_object(gateway: Gateway) -> None:
    answer = await gateway.post_raw("/key/generate", "[]")
    assert answer.status == 400
    assert (answer.error["message"], answer.error["param"]) == (
        "Invalid JSON payload: expected an object",
        "request_body",
    )


@pytest.mark.since("1.109.1", partly=True)
@pytest.mark.parametrize(
    ("credential", "message", "kind"),
    [
        (NO_CREDENTIAL, "Authentication Error, No api key passed in.", "auth_error"),
        ("sk-wrong", "Authentication Error, Invalid API key provided.", "token_not_found_in_db"),
        (
            "wrong",
            "LiteLLM Virtual Key expected. Received=****, expected to start with 'sk-'.",
            "auth_error",
        ),
    ],
)
async def test_a_wrong_credential_is_401(gateway: Gateway, credential: str, message: str, kind: str) -> None:
    answer = await gateway.get("/v2/user/info", credential=credential, user_id="anybody")
    assert answer.status == 401
    assert (answer.error["message"], answer.error["type"]) == (message, kind)
    assert answer.error["code"] == "401"
