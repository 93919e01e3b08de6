"""The response to any input is a success or a problem, and never an unexpected error."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.app import API
from keydesk.auth.session_cookie import SESSION
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio

LATIN_1 = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
REFUSED_OR_UNREACHABLE = {400, 404, 405, 413, 422, 502, 503}

texts = st.text(max_size=30)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    [
        *["alias", "key_alias", "models", "duration", "max_budget", "budget_duration", "team_id"],
        *["tpm_limit", "rpm_limit", "key_type", "metadata", "person"],
    ]
)
bodies = values | st.dictionaries(fields | texts, values, max_size=5).map(
    lambda said: {"alias": "laptop", "max_budget": 1.0} | said
)
places = st.sampled_from(["/keys/generate", "/keys/key_x/update", "/demo/sign-in"])


def assert_no_unexpected_error(answer: httpx2.Response, *allowed: int) -> None:
    assert answer.status_code in {*REFUSED_OR_UNREACHABLE, *allowed}, answer.text
    slug = answer.json()["type"].removeprefix("urn:keydesk:problem:")
    assert_problem(answer, answer.status_code, slug, answer.json().get("param"))


@given(place=places, body=bodies)
async def test_any_json_is_refused_with_a_problem(
    lonely_desk: tuple[Desk, Visitor], place: str, body: Any
) -> None:
    """Python also writes NaN and lone surrogates, which this test needs."""
    _, olga = lonely_desk
    sent = {"content": json.dumps(body).encode(), "headers": {"content-type": "application/json"}}
    assert_no_unexpected_error(await olga.call("POST", place, **sent), 403)


@given(place=places, content=st.binary(max_size=200))
async def test_any_bytes_are_refused_with_a_problem(
    lonely_desk: tuple[Desk, Visitor], place: str, content: bytes
) -> None:
    _, olga = lonely_desk
    sent = {"content": content, "headers": {"content-type": "application/json"}}
    assert_no_unexpected_error(await olga.call("POST", place, **sent))


@given(name=st.sampled_from(["start_date", "end_date"]), day=texts)
async def test_any_date_is_refused_with_a_problem(
    lonely_desk: tuple[Desk, Visitor], name: str, day: str
) -> None:
    _, olga = lonely_desk
    assert_no_unexpected_error(await olga.call("GET", "/usage", params={name: day}))


@given(
    place=st.sampled_from(["/keys/{}/block", "/keys/{}/reset_spend", "/teams/{}/usage", "/{}"]), name=texts
)
async def test_any_id_is_refused_with_a_problem(
    lonely_desk: tuple[Desk, Visitor], place: str, name: str
) -> None:
    _, olga = lonely_desk
    encoded = "".join(f"%{byte:02X}" for byte in name.encode(errors="replace"))
    method = "GET" if place.endswith("usage") else "POST"
    assert_no_unexpected_error(await olga.call(method, place.format(encoded)))


@given(
    header=st.sampled_from(["Authorization", "Cookie", "Origin", "X-Request-Id", "Host", "Content-Length"]),
    text=st.text(LATIN_1, max_size=40),
    prefix=st.sampled_from(["", "Bearer ", f"{SESSION}=", "http://", "http://["]),
)
async def test_any_header_is_refused_with_a_problem(
    lonely_desk: tuple[Desk, Visitor], header: str, text: str, prefix: str
) -> None:
    desk, _ = lonely_desk
    headers = {
        b"Cookie": f"{SESSION}={'x' * 43}".encode(),
        header.encode(): f"{prefix}{text}".encode("latin-1"),
    }
    answer = await desk.http.request("DELETE", f"{API}/keys/key_x", headers=headers)
    assert_no_unexpected_error(answer, 401, 403)
