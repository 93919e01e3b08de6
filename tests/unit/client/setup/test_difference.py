"""Differences show what changes, and no secret of this or another service."""

from pathlib import Path

import pytest

from keydesk.client.setup.changing import FileChange
from keydesk.client.setup.difference import HIDDEN, difference
from keydesk.client.setup.receipts import FileReceipt
from keydesk.client.setup.target import Content

FILE = Path("/home/jane/file")


def shown(before: str, after: str, *known: str, is_private: bool = False) -> list[str]:
    receipt = FileReceipt(FILE, "json", None, None, "", (), (), is_private)
    change = FileChange(FILE, Content(before.encode(), 0o600), Content(after.encode(), 0o600), (), receipt)
    return list(difference(change, known))[3:]


@pytest.mark.parametrize(
    "line",
    [
        '"apiKey": "abcdef"', "api_key: abcdef", "API_TOKEN=abcdef", "password = 'abc def'",
        "OPENAI_API_KEY=abcdef # x",
        '{"a": {"secret": "abc \\" def"}}',
        '"x": "sk-abcdefghijklmnop"', "# sk-abcdefghijklmnop", "x: Bearer eyJabcdefghijklmnop",
        "- ghp_abcdefghijklmnop", '["sk-ant-abcdefghijklmnop"]', '"clientCredential": "abcdef",',
    ],
)  # fmt: skip
def test_secrets_of_others_are_hidden(line: str) -> None:
    for before, after in ((line, "other"), ("other", line), (f"{line}\nold", f"{line}\nnew")):
        found = "\n".join(shown(before, after))
        assert HIDDEN in found
        assert "abc" not in found
        assert "def" not in found


@pytest.mark.parametrize(
    "line", ['"theme": "dark"', "model = 'gpt'", "max_tokens: 5", '"tokens": true', "# key to it"]
)
def test_other_values_are_shown(line: str) -> None:
    assert shown("", line) == [f"+{line}"]


def test_a_value_of_the_set_up_is_shown_whatever_its_name() -> None:
    line = '"apiKeyHelper": "keydesk token --for claude-code"'
    assert shown("", line, "keydesk token --for claude-code") == [f"+{line}"]


@pytest.mark.parametrize("line", ['"openai": "abcdef"', "NAME=abcdef", "abcdef", "  - abcdef"])
def test_a_private_file_shows_known_values_only(line: str) -> None:
    assert "abcdef" not in "\n".join(shown("", line, is_private=True))
    assert shown("", "NAME=known", "known", is_private=True) == ["+NAME=known"]


def test_a_replaced_secret_is_mentioned() -> None:
    assert shown("KEY=old", "KEY=new")[-1] == "+(a secret is replaced)"
