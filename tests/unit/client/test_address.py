"""Addresses of servers as people type them. Tokens are never sent without encryption."""

import pytest

from keydesk.client.address import server_address
from keydesk.client.errors import WrongUsage


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("keys.example.com", "https://keys.example.com"),
        (" https://KEYS.example.com/ ", "https://keys.example.com"),
        ("https://keys.example.com:443", "https://keys.example.com"),
        ("https://keys.example.com:8443", "https://keys.example.com:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_an_address_becomes_an_origin(typed: str, address: str) -> None:
    assert server_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "http://keys.example.com",
        "http://localhost.example.com",
        "https://jane:secret@keys.example.com",
        "https://@keys.example.com",
        "https://keys.example.com/path",
        "https://keys.example.com?x=y",
        "https://keys.example.com#x",
        "ftp://keys.example.com",
        "javascript:alert(1)",
        "https://",
        "https://keys.example.com:port",
        "https://[::1",
        "",
    ],
)
def test_other_addresses_are_refused(typed: str) -> None:
    with pytest.raises(WrongUsage):
        server_address(typed)
