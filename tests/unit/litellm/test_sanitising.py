"""Secrets are removed from external text before it is logged."""

import pytest

from keydesk.litellm.sanitising import sanitised
from tests.unit.litellm.gateway import SECRET, TOKEN_HASH

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (f"Key {TOKEN_HASH} not found.", "Key [hash] not found."),
        (f"api key {SECRET} is blocked", "api key [key] is blocked"),
        ("Key=laptop (sk-...NhRA) is over budget", "Key=laptop ([key]) is over budget"),
        ("got 'Bearer abc.def-123' instead", "got 'Bearer [credentials]' instead"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic [credentials]"),
        ("a basic plan", "a basic plan"),
        (f"token {TOKEN} expired", "token [token] expired"),
        ("postgresql://litellm:pa55@db:5432/x failed", "postgresql://[credentials]@db:5432/x failed"),
        ("https://user@host/x", "https://[credentials]@host/x"),
        ("see https://docs.litellm.ai/docs", "see https://docs.litellm.ai/docs"),
        (
            "password=hunter2, api_key: 'abc', secret = x",
            "password=[secret], api_key: [secret], secret = [secret]",
        ),
        (
            "Virtual Key expected. Received=mast****-key, expected",
            "Virtual Key expected. Received=[key], expected",
        ),
        ("task-force and risk-free", "task-force and risk-free"),
        ("team 00607e86-390b-4d28-83ec-1567113e605e", "team 00607e86-390b-4d28-83ec-1567113e605e"),
        ("two\nlines\x00 and\ta tab", "two lines and a tab"),
    ],
)
def test_secrets_are_removed_and_the_rest_stays(text: str, safe: str) -> None:
    assert sanitised(text) == safe


def test_a_long_text_is_cut() -> None:
    assert len(sanitised("x y" * 1000)) == 500
