"""Rate limits use the peer's address, or the one a trusted proxy reports, and never one that a client claims."""

from ipaddress import ip_network
from typing import Any

import pytest

from keydesk.http.client_address import ClientAddress

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def scope(peer: str | None, *forwarded: str) -> dict[str, Any]:
    return {
        "type": "http",
        "client": (peer, 1234) if peer else None,
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["junk"], "unknown"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", [], "198.51.100.7"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (None, ["203.0.113.9"], "unknown"),
    ],
)
def test_the_last_address_that_is_not_a_proxy_is_used(
    peer: str | None, forwarded: list[str], counted: str
) -> None:
    assert ClientAddress(PROXIES).of(scope(peer, *forwarded)) == counted


def test_the_peer_is_used_without_proxies() -> None:
    assert ClientAddress([]).of(scope("10.0.0.1", "203.0.113.9")) == "10.0.0.1"
