"""Which names a wildcard certainly matches, and which it may match."""

import pytest

from keydesk.models.wildcards import covers, may_cover


@pytest.mark.parametrize(
    ("wildcard", "name", "certainly", "perhaps"),
    [
        ("local/*", "local/secret", True, True),
        ("local/*", "locality", False, False),
        ("local/*", "local/s*", True, True),
        ("local/s*", "local/*", False, True),
        ("*secret", "local/*", False, True),
        ("local/*", "other/*", False, False),
        ("local/*x", "local/*y", False, False),
        ("l.cal/*", "local/secret", False, True),
        ("l.c*", "loc*", False, True),
        ("local/x|*", "anything", False, True),
        ("[ab]*", "a", False, True),
        ("openai/*", "gpt-4o", False, True),
        ("o*", "gpt-4o", False, True),
        ("*/gpt-4o", "gpt-4o", False, True),
        ("openai/*", "gpt-*", False, True),
        ("openai/*", "claude-opus-5", False, False),
        ("anthropic/*", "claude-opus-5", False, True),
        ("local/*", "gpt-4o", False, False),
        ("openai/*", "azure/gpt-4o", False, False),
        ("*", "all", True, True),
        ("plain", "plain", False, True),
    ],
)
def test_wildcards_match_as_in_litellm(wildcard: str, name: str, certainly: bool, perhaps: bool) -> None:
    assert (covers(wildcard, name), may_cover(wildcard, name)) == (certainly, perhaps)
