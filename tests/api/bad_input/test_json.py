"""Bodies that are not a JSON object, and JSON outside of the standard."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.bad_input.cases import ECHO, JSON, Case, assert_refused_without_calls, text_case
from tests.support.desk.desk import Visitor
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio

MALFORMED: dict[str, Any] = {"status": 400, "slug": "malformed-request"}
TOO_LARGE: dict[str, Any] = {"status": 413, "slug": "body-too-large"}
TEN_MEGABYTES = 10 * 1024 * 1024


def raw(name: str, content: bytes, **answer: Any) -> Case:
    return Case(name, {"content": content, "headers": JSON}, **answer)


def with_type(name: str, content: bytes, content_type: str, **answer: Any) -> Case:
    return Case(name, {"content": content, "headers": {"content-type": content_type}}, **answer)


NOT_JSON = [
    text_case("an open brace", "{", **MALFORMED),
    text_case("words", ECHO, **MALFORMED),
    text_case("a trailing comma", '{"alias": "a",}', **MALFORMED),
    text_case("single quotes", "{'alias': 'a'}", **MALFORMED),
    text_case("two values", '{"alias": "a"}{}', **MALFORMED),
    text_case("a comment", '{"alias": "a"} // ' + ECHO, **MALFORMED),
    text_case("a bare control character", '{"alias": "a\x01b"}', **MALFORMED),
    text_case("many lists", "[" * 60_000, **MALFORMED),
    text_case("many objects", '{"a":' * 10_000 + "1" + "}" * 10_000, **MALFORMED),
    text_case("a number of five thousand digits", '{"max_budget": ' + "9" * 5000 + "}", **MALFORMED),
    raw("bytes that are no text", b'{"alias": "\xff\xfe"}', **MALFORMED),
    raw("compressed", b"\x1f\x8b\x08\x00\x00\x00", **MALFORMED),
]
NO_OBJECT = [
    *[text_case(text, text, param="body") for text in ("[]", "5", "null", "true", f'"{ECHO}"', "[{}]")],
    Case("no body", {}, param="body"),
    with_type("a form", b"alias=laptop&max_budget=5", "application/x-www-form-urlencoded", param="body"),
    with_type("plain text", b'{"alias": "laptop", "max_budget": 5}', "text/plain", param="body"),
    with_type("XML", b"<alias>laptop</alias>", "application/xml", param="body"),
]
NUMBERS = [
    text_case(f"max_budget {number}", f'{{"alias": "a", "max_budget": {number}}}', param="max_budget")
    for number in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" + "0" * 400)
]
SURROGATES = [
    text_case("in the alias", r'{"alias": "a\ud800b", "max_budget": 1}', param="alias"),
    text_case("in a model", r'{"alias": "a", "max_budget": 1, "models": ["\udfff"]}', param="models.0"),
    text_case(
        "in metadata", r'{"alias": "a", "max_budget": 1, "metadata": {"a": "\ud800"}}', param="metadata.a"
    ),
    text_case("in the team", r'{"alias": "a", "max_budget": 1, "team_id": "\ud800"}', param="team_id"),
    text_case("in a name", r'{"alias": "a", "max_budget": 1, "\ud800": "a"}', param="body"),
]


@pytest.mark.parametrize("case", NOT_JSON, ids=str)
async def test_a_body_that_is_not_json_is_malformed(
    case: Case, jane: Visitor, control: SandboxControl
) -> None:
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize("case", NO_OBJECT, ids=str)
async def test_a_body_that_is_not_an_object_is_invalid(
    case: Case, jane: Visitor, control: SandboxControl
) -> None:
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize("case", NUMBERS, ids=str)
async def test_infinite_numbers_are_refused(case: Case, jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize("case", SURROGATES, ids=str)
async def test_a_lone_surrogate_is_refused(case: Case, jane: Visitor, control: SandboxControl) -> None:
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize("path", ["/keys/generate", "/keys/key_x/update", "/demo/sign-in"])
async def test_a_content_length_of_ten_megabytes_is_refused(
    path: str, jane: Visitor, control: SandboxControl
) -> None:
    case = raw("10 MB", b"x" * TEN_MEGABYTES, path=path, **TOO_LARGE)
    await assert_refused_without_calls(case, jane, control)


@pytest.mark.parametrize("path", ["/keys/generate", "/keys/key_x/update", "/demo/sign-in"])
async def test_an_endless_chunked_body_is_refused_and_not_read_to_its_end(
    path: str, jane: Visitor, control: SandboxControl
) -> None:
    """Keydesk reads some of it after the response starts.

    Otherwise a client that is still sending could not read the response.
    """
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10 * TEN_MEGABYTES:
            read += 65_536
            yield b"x" * 65_536

    case = Case("no end", {"content": pieces(), "headers": JSON}, path=path, **TOO_LARGE)
    await assert_refused_without_calls(case, jane, control)
    assert read <= 2 * TEN_MEGABYTES


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "", " ", "9" * 18])
async def test_a_content_length_that_is_not_a_number_is_malformed(
    length: str, jane: Visitor, control: SandboxControl
) -> None:
    headers = JSON | {"content-length": length}
    answer = {"status": 413, "slug": "body-too-large"} if length.isdigit() else MALFORMED
    case = Case("length", {"content": b"{}", "headers": headers}, **answer)
    await assert_refused_without_calls(case, jane, control)
