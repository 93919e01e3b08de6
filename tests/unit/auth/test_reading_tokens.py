"""Only signed tokens in compact form are parsed."""

import pytest

from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS, read_token
from tests.unit.auth.tokens import base64url, compact

GOOD = {"alg": "ES256", "typ": "JWT"}


def test_a_token_is_parsed() -> None:
    token = read_token(compact(GOOD, {"sub": "jané"}))

    assert token is not None
    assert (token.header, token.claims, token.typ) == (GOOD, {"sub": "jané"}, "jwt")


@pytest.mark.parametrize(
    ("typ", "read"),
    [("at+JWT", "at+jwt"), ("application/at+jwt", "at+jwt"), (None, None), (7, None), (["JWT"], None)],
)
def test_the_media_type_is_compared_as_in_the_standard(typ: object, read: str | None) -> None:
    token = read_token(compact({"alg": "ES256", "typ": typ}, {}))

    assert token is not None
    assert token.typ == read


NONE_AT_ALL = {
    "nothing": "",
    "a word": "jane",
    "dots": "..",
    "two parts": "e30.e30",
    "no signature": "e30.e30.",
    "encrypted, five parts": "e30.e30.e30.e30.e30",
    "a space inside": "e30.e 30.e30",
    "a newline at the end": "e30.e30.e30\n",
    "padding": "e30=.e30.e30",
    "plain base64": f"{base64url(b'{}')}.+/+/.e30",
    "a header that is no JSON": compact(b"header", {}),
    "claims that are no JSON": compact(GOOD, b"claims"),
    "claims that are a list": compact(GOOD, b"[]"),
    "claims that are null": compact(GOOD, b"null"),
    "a header that is a text": compact(b'"ES256"', {}),
    "bytes that are no UTF-8": compact(GOOD, b'{"sub":"\xff"}'),
    "a claim twice": compact(GOOD, b'{"sub":"jane","sub":"bob"}'),
    "a header member twice": compact(b'{"alg":"ES256","alg":"none"}', {}),
    "not a number": compact(GOOD, b'{"exp":NaN}'),
    "infinity": compact(GOOD, b'{"exp":-Infinity}'),
    "a number of 5,000 digits": compact(GOOD, b'{"exp":' + b"9" * 5000 + b"}"),
    "an impossible length": "e30AA.e30.e30",
    "more than 16 KB": compact(GOOD, {"sub": "j" * MAX_TOKEN_CHARACTERS}),
}


@pytest.mark.parametrize("text", NONE_AT_ALL.values(), ids=NONE_AT_ALL)
def test_any_other_text_is_not_a_token(text: str) -> None:
    assert read_token(text) is None


def test_brackets_that_are_too_deep_for_the_parser_do_no_harm() -> None:
    """Python 3.11 refuses 5,000 of them. Newer releases parse all that fit into a token."""
    deep = b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"
    read = read_token(compact(GOOD, deep))
    assert read is None or read.claims.keys() == {"a"}


def test_a_token_does_not_print_its_content() -> None:
    text = compact(GOOD, {"sub": "canary"})

    assert "canary" not in repr(read_token(text))
    assert text not in repr(read_token(text))
