"""Fetches an issuer's keys from a fixed URL or from the URL in its discovery document."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from keydesk.auth.public_keys import public_keys
from keydesk.auth.signature import PublicKey
from keydesk.kit.http_client import HttpClient, HttpClientError, Reply

KeySource = Callable[[], Awaitable[Mapping[str, PublicKey]]]
"""Fetches the issuer's current keys by `kid`. Raises SourceFailed."""

_OK = 200
_NOT_FOUND = 404
DISCOVERY = "/.well-known/openid-configuration"


class SourceFailed(Exception):  # noqa: N818 - it reads as what happened
    """The keys could not be fetched. The text gives the reason without a URL."""


def keys_at(http_client: HttpClient, url: str, algorithms: Collection[str]) -> KeySource:
    """Return a source for the key set at `url`. An empty key set is a failure."""

    async def fetch() -> Mapping[str, PublicKey]:
        return keys_in(await _answer(http_client, url), algorithms)

    return fetch


def keys_if_any_at(http_client: HttpClient, url: str, algorithms: Collection[str]) -> KeySource:
    """Return a source for the key set at `url`, which may be empty or missing."""

    async def fetch() -> Mapping[str, PublicKey]:
        reply = await _answer(http_client, url)
        return {} if reply.status == _NOT_FOUND else _keys(reply, algorithms)

    return fetch


def discovered_keys(http_client: HttpClient, issuer: str, algorithms: Collection[str]) -> KeySource:
    """Return a source for the key set in the issuer's discovery document (OpenID Connect Discovery 1.0).

    The document is fetched each time, so that the issuer can move its keys. Its issuer must match exactly, and an
    https issuer cannot refer to an http URL.
    """

    async def fetch() -> Mapping[str, PublicKey]:
        document = await _answer(http_client, issuer.rstrip("/") + DISCOVERY)
        return keys_in(await _answer(http_client, key_set_address(document, issuer)), algorithms)

    return fetch


async def _answer(http_client: HttpClient, url: str) -> Reply:
    try:
        return await http_client.get(url)
    except HttpClientError as failure:
        raise SourceFailed(str(failure.kind)) from None


def keys_in(reply: Reply, algorithms: Collection[str]) -> Mapping[str, PublicKey]:
    """Return the keys of a key set, which must not be empty. Raises SourceFailed."""
    keys = _keys(reply, algorithms)
    if not keys:
        raise SourceFailed("the key set has no usable key")
    return keys


def _keys(reply: Reply, algorithms: Collection[str]) -> Mapping[str, PublicKey]:
    if reply.status != _OK:
        raise SourceFailed(f"status {reply.status}")
    try:
        return public_keys(reply.json, algorithms)
    except ValueError as fault:
        raise SourceFailed(str(fault)) from None


def key_set_address(reply: Reply, issuer: str) -> str:
    """Return `jwks_uri` of the issuer's discovery document. Raises SourceFailed."""
    document: Any = reply.json
    if reply.status != _OK or not isinstance(document, Mapping):
        raise SourceFailed(f"no discovery document, status {reply.status}")
    if document.get("issuer") != issuer:
        raise SourceFailed("the discovery document belongs to another issuer")
    address = document.get("jwks_uri")
    if not isinstance(address, str) or not is_allowed_url(address, issuer):
        raise SourceFailed("the discovery document has no usable jwks_uri")
    return address


def is_allowed_url(address: str, issuer: str) -> bool:
    """Return whether the URL is http or https without credentials, and https if the issuer uses https."""
    schemes = {"https"} if issuer.startswith("https:") else {"http", "https"}
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        return False
