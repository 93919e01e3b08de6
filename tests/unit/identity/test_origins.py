"""A cookie makes changes only from a page of our own address."""

import pytest
from starlette.datastructures import Headers

from keydesk.identity.origins import refuse_foreign_origin
from keydesk.problems import UntrustedOrigin


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("keys.example.com", "https://evil.example"),
        ("keys.example.com", "null"),
        ("keys.example.com", ""),
        ("keys.example.com", "http://[::1"),
        ("keys.example.com", "https://keys.example.com:8443"),
        ("", ""),
        ("", "null"),
    ],
)
def test_a_change_from_anywhere_else_is_refused(host: str, origin: str) -> None:
    with pytest.raises(UntrustedOrigin):
        refuse_foreign_origin("POST", Headers({"host": host, "origin": origin}))


def test_a_change_that_names_no_page_is_refused() -> None:
    with pytest.raises(UntrustedOrigin):
        refuse_foreign_origin("DELETE", Headers({"host": "keys.example.com"}))


def test_a_change_from_our_own_page_and_every_read_pass() -> None:
    refuse_foreign_origin("POST", Headers({"host": "keys.example.com", "origin": "https://keys.example.com"}))
    refuse_foreign_origin("GET", Headers({"host": "keys.example.com", "origin": "https://evil.example"}))
