"""The meaning of LiteLLM's errors, in each of its three formats."""

import json
from typing import Any

import httpx2
import pytest

from keydesk.litellm import (
    BadRequest,
    Conflict,
    CredentialRefused,
    EnterpriseOnly,
    LiteLLMError,
    NotFound,
    RateLimited,
    Rejected,
    UnexpectedAnswer,
    UpstreamFailed,
)
from keydesk.litellm.error_shapes import Complaint, read_complaint
from tests.unit.litellm.gateway import GatewayStandIn, answer, refusal

pytestmark = pytest.mark.anyio

LICENCE = "You must be a LiteLLM Enterprise user to use this feature. If you have a license please set it."


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"error": {"message": "Key not found.", "param": "key", "code": "404"}}, "Key not found.", "key"),
        ({"error": {"message": "{'error': 'No keys found'}", "param": None}}, "No keys found", None),
        ({"error": {"message": "{'message': 'Team not found'}"}}, "Team not found", None),
        ({"error": {"message": "{'error': \"Invalid x 'y'.\"}", "param": None}}, "Invalid x 'y'.", None),
        ({"error": {"message": {"error": "really a dict"}}}, "really a dict", None),
        ({"error": {"message": None}}, "", None),
        ({"error": "plain text"}, "plain text", None),
        ({"error": {"message": "{'unfinished': "}}, "{'unfinished':", None),
        ({"detail": {"error": "Key not found."}}, "Key not found.", None),
        ({"detail": {"message": "said otherwise"}}, "said otherwise", None),
        ({"detail": "Not Found"}, "Not Found", None),
        (
            {
                "detail": [
                    {
                        "type": "float_parsing",
                        "loc": ["body", "max_budget"],
                        "msg": "Input should be a number",
                    }
                ]
            },
            "max_budget: Input should be a number",
            "max_budget",
        ),
        (
            {"detail": [{"loc": ["body"], "msg": "Value error, nothing given."}]},
            "Value error, nothing given.",
            None,
        ),
        ({"detail": [{"loc": ["body", 0], "msg": "JSON decode error"}]}, "0: JSON decode error", None),
        ({"detail": ["odd"]}, "odd", None),
    ],
)
def test_every_format_is_parsed(body: Any, message: str, param: str | None) -> None:
    assert read_complaint(json.dumps(body).encode()) == Complaint(message, param, recognised=True)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"error": null}', b'"text"', b'{"detail": nu']
)
def test_other_formats_are_not_parsed(content: bytes) -> None:
    assert not read_complaint(content).recognised


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("User with id alice already exists", "user_id"),
        ("User with email alice@example.com already exists", "user_email"),
        ("Key with alias 'laptop' already exists.", "key_alias"),
        ("Team id = red already exists. Please use a different team id.", "team_id"),
        ("Unique constraint failed on the fields: (`user_id`)", "user_id"),
        ("Invalid budget_duration 'banana'. Use a format like '1h'.", "budget_duration"),
        ("Invalid duration format", "duration"),
        ("max_budget must be a non-negative finite number. Received: -1.0", "max_budget"),
    ],
)
def test_the_kind_of_error_is_detected_by_its_words(message: str, param: str) -> None:
    assert read_complaint(json.dumps({"error": {"message": message, "param": None}}).encode()).param == param


def test_a_param_with_a_part_of_a_key_is_dropped() -> None:
    assert read_complaint(b'{"error": {"message": "Expired Key.", "param": "sk-...ee59"}}').param is None


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "max_budget must be a non-negative number", BadRequest),
        (422, "Input should be a valid number", BadRequest),
        (413, "too large", BadRequest),
        (500, "Invalid duration format", BadRequest),
        (401, "Authentication Error, Invalid API key provided.", CredentialRefused),
        (403, "You must be a proxy admin", CredentialRefused),
        (404, "Key not found.", NotFound),
        (400, "Team id=red does not exist in db", NotFound),
        (409, "User with id alice already exists", Conflict),
        (400, "Key with alias 'laptop' already exists.", Conflict),
        (500, "Unique constraint failed on the fields: (`user_id`)", Conflict),
        (400, LICENCE, EnterpriseOnly),
        (
            403,
            f"This feature is only available for LiteLLM Enterprise users: guardrails. {LICENCE}",
            EnterpriseOnly,
        ),
        (500, f"Regenerating Virtual Keys is an Enterprise feature, {LICENCE}", EnterpriseOnly),
        (429, "Rate limit exceeded", RateLimited),
        (500, "DB not connected", UpstreamFailed),
        (502, "", UpstreamFailed),
        (503, "Service Unhealthy", UpstreamFailed),
    ],
)
async def test_an_error_is_raised_as_its_kind(
    litellm: GatewayStandIn, status: int, message: str, kind: type[Rejected]
) -> None:
    litellm.on("POST /key/generate", refusal(message, status))
    with pytest.raises(Rejected) as raised:
        await litellm.connect().keys._caller.post("/key/generate", {})
    assert type(raised.value) is kind
    assert (raised.value.status, raised.value.message) == (status, message)
    assert isinstance(raised.value, LiteLLMError)


async def test_a_missing_route_is_not_a_missing_object(litellm: GatewayStandIn) -> None:
    replies = [answer({"detail": "Not Found"}, 404), answer({"detail": "Method Not Allowed"}, 405)]
    litellm.on("GET /model/info", *replies, refusal("Model not found", 404))
    models = litellm.connect().models
    missing = []
    for _ in range(3):
        with pytest.raises(NotFound) as raised:
            await models.list()
        missing.append(raised.value.route_missing)
    assert missing == [True, True, False]


@pytest.mark.parametrize(
    "reply",
    [
        httpx2.Response(200, html="<h1>Sign in</h1>"),
        httpx2.Response(200, content=b'{"data": [{"model_na'),
        httpx2.Response(200, content=b""),
        httpx2.Response(200, json={"data": [{"model_name": {"no": "text"}}]}),
        httpx2.Response(302, headers={"location": "https://elsewhere.test/"}),
        httpx2.Response(404, html="<h1>Not Found</h1>"),
    ],
)
async def test_a_response_of_another_server_is_unexpected(
    litellm: GatewayStandIn, reply: httpx2.Response
) -> None:
    litellm.on("GET /model/info", reply)
    with pytest.raises(UnexpectedAnswer):
        await litellm.connect().models.list()
    assert len(litellm.requests) == 1


async def test_a_schema_error_contains_names_but_no_values(litellm: GatewayStandIn) -> None:
    litellm.on(
        "GET /model/info", answer({"data": [{"model_name": "gpt", "model_info": {"mode": ["s3cret"]}}]})
    )
    with pytest.raises(UnexpectedAnswer, match="mode: string_type") as raised:
        await litellm.connect().models.list()
    assert "s3cret" not in str(raised.value)
