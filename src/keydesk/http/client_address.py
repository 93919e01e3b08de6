"""Finds the client's address behind trusted reverse proxies. Use it for rate limits only, never to authenticate."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

_IPV6_PREFIX = 64
"""A provider gives each customer at least a /64, so a client can use a new address for every request."""


class ClientAddress:
    """Reads the last address in X-Forwarded-For that is not one of `proxies`."""

    def __init__(self, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._proxies = tuple(proxies)

    def of(self, scope: Scope) -> str:
        """Return an IPv4 address, the /64 network of an IPv6 address, or `unknown`."""
        client = scope.get("client")
        address = client[0] if client else ""
        if self._proxies and self._is_proxy(address):
            forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
            for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
                address = entry
                if not self._is_proxy(entry):
                    break
        return _rate_limit_key(address)

    def _is_proxy(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in network for network in self._proxies)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket reports IPv4 peers as IPv4-mapped IPv6 addresses.
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _rate_limit_key(text: str) -> str:
    address = _parsed(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address) if address else "unknown"
