"""Which key is in a reported text, its hash, and what is stored about the place."""

import secrets

import pytest

from keydesk.leaks.policy import secret_in, stored_place
from keydesk.litellm import token_hash_of
from tests.support.upstream.making import token_of

KEY = "sk-Kq3bW1xw8hTzL0mYv5pQ2g"


def generated() -> str:
    """Return a key as LiteLLM generates it."""
    return f"sk-{secrets.token_urlsafe(16)}"


def test_the_hash_is_the_one_of_litellm() -> None:
    key = generated()
    assert token_hash_of(key) == token_of(key)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, KEY),
        (f"  {KEY}\r\n", KEY),
        (f"export KEY='{KEY}'", KEY),
        (f"https://example.com/?key={KEY}&x=1", KEY),
        ("sk-1234", "sk-1234"),
        ("sk-with.a!strange+form", "sk-with.a!strange+form"),
        ("", None),
        ("   ", None),
        ("a" * 64, None),
        ("key_qj4tn2m7xw5c3v6b8y9z2a4d5f", None),
        ("task-1234567890", None),
        ("Bearer", None),
    ],
)
def test_the_key_in_a_text(text: str, found: str | None) -> None:
    assert secret_in(text) == found


def test_every_generated_key_is_found_alone_and_in_a_line() -> None:
    for _ in range(500):
        key = generated()
        assert secret_in(key) == key
        assert secret_in(f'"key": "{key}",') == key


@pytest.mark.parametrize(
    ("place", "stored"),
    [
        (None, None),
        ("", None),
        ("  \n ", None),
        ("a chat", "a chat"),
        ("line\nbreak\x1b[31m", "line break [31m"),
        ("https://example.com/a/b.py", "https://example.com/a/b.py"),
        ("https://example.com/@team/a?token=abc#L10", "https://example.com/@team/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://a@b:c@example.com:8443/a", "https://example.com:8443/a"),
        ("HTTPS://token@example.com", "HTTPS://example.com"),
        (
            "see https://u:p@example.com/a?x=1 and http://b.example/#c",
            "see https://example.com/a and http://b.example/",
        ),
        ("postgres://user:secret@db/x", "postgres://[hidden]@db/x"),
        (f"https://example.com/{KEY}/x", "https://example.com/[hidden]/x"),
        (f"in the text {KEY}", "in the text [hidden]"),
        ("another sk-ABCDEFGHIJKLMNOPQRSTUV", "another [hidden]"),
        ("hash " + "a" * 64, "hash [hidden]"),
    ],
)
def test_the_stored_place_has_no_credentials(place: str | None, stored: str | None) -> None:
    assert stored_place(place, KEY) == stored


def test_a_long_place_is_shortened() -> None:
    assert (
        stored_place("https://example.com/" + "x" * 5000, KEY) == ("https://example.com/" + "x" * 5000)[:300]
    )
