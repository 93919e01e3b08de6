"""Quoted names are short, on one line, and without credentials."""

import pytest

from keydesk.kit.quoting import quoted, some_of


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gpt-4o", '"gpt-4o"'),
        ("a\nb\x1b[0m", '"a?b?[0m"'),
        ("x" * 300, f'"{"x" * 100}…"'),
        ("sk-1234567890abcdefghijkl", '"[hidden]"'),
        ("0123456789abcdef" * 4, '"[hidden]"'),
    ],
)
def test_a_name_is_quoted(name: str, shown: str) -> None:
    assert quoted(name) == shown


def test_a_long_list_shows_the_first_ten_names() -> None:
    assert some_of([]) == "nothing"
    assert some_of({"b", "a"}) == '"a", "b"'
    assert some_of([f"m{number:02}" for number in range(12)]).endswith('"m09" and 2 more')
