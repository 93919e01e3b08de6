"""Which address a request came from, past the reverse proxies that are named. For counting only, never for trust."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

_IPV6_PREFIX = 64
"""One customer of a provider has at least so much, and may use a new address for every request."""


class ClientAddress:
    """The last entry of X-Forwarded-For that no proxy of ours wrote about another one of ours."""

    def __init__(self, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._proxies = tuple(proxies)

    def of(self, scope: Scope) -> str:
        """An IPv4 address, the network of an IPv6 address, or `unknown`."""
        client = scope.get("client")
        address = client[0] if client else ""
        if self._proxies and self._is_ours(address):
            forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
            for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
                address = entry
                if not self._is_ours(entry):
                    break
        return _counted_as(address)

    def _is_ours(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(address in network for network in self._proxies)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that listens to both kinds shows IPv4 peers in this guise.
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _counted_as(text: str) -> str:
    address = _parsed(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address) if address else "unknown"
