"""The public client at an OpenID Connect provider with which a server lets people sign in, as its metadata names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from keydesk.client.address import LOOPBACK
from keydesk.client.errors import ClientError

MEMBER = "keydesk_provider"
"""The member of the server's metadata (RFC 8414, section 2, allows further ones)."""
ACCESS_TOKEN, ID_TOKEN = "access_token", "id_token"
_CLIENT = {"client_id", "client_secret", "redirect_uri"}
_FLOW = {
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "response_mode",
    "response_type",
    "scope",
    "state",
}
OWN_PARAMETERS = frozenset({*_CLIENT, *_FLOW, "request", "request_uri"})
"""Parameters of an authorization request that only the flow sets."""
_PORTS = range(1024, 65_536)


@dataclass(frozen=True, slots=True)
class ProviderClient:
    """`token` is the member of the provider's answer that the server accepts: `access_token` or `id_token`.

    `redirect_port` is for a provider that compares the port of redirect URIs. 0 is any free port, as in RFC 8252.
    """

    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid",)
    token: str = ACCESS_TOKEN
    parameters: Mapping[str, str] = field(default_factory=dict)
    redirect_port: int = 0


def provider_client_in(named: Any) -> ProviderClient:
    """Return the client in the metadata or in a profile. Members of later versions are ignored. Raises ClientError.

    The server that names a client gets its tokens, and nothing else: it cannot change the flow, and nothing is sent to
    the provider without encryption.
    """
    try:
        fields = {name: named[name] for name in ProviderClient.__slots__ if name in named}
        found = ProviderClient(**{**fields, "scopes": tuple(named["scopes"])})
        texts: list[Any] = [found.issuer, found.client_id, found.token, *found.scopes]
        texts += chain(*found.parameters.items())
    except (TypeError, KeyError, AttributeError):
        raise _not_understood() from None
    are_texts = all(isinstance(text, str) and text and text.isprintable() for text in texts)
    has_port = type(found.redirect_port) is int and found.redirect_port in (0, *_PORTS)
    if not are_texts or not has_port or found.token not in {ACCESS_TOKEN, ID_TOKEN}:
        raise _not_understood()
    if OWN_PARAMETERS & found.parameters.keys() or "openid" not in found.scopes:
        raise _not_understood()
    if not is_safe_issuer(found.issuer):
        raise ClientError(f"The provider {found.issuer} does not use https://. Nothing was sent there.")
    return found


def is_safe_issuer(issuer: str) -> bool:
    """Return whether the issuer is an https URL, or an http URL on this machine."""
    return _is_safe(issuer, allow_loopback=True)


def is_safe_endpoint(url: str, issuer: str) -> bool:
    """Return whether the issuer can name this URL: with https, or on this machine if the issuer is there, too.

    An endpoint can be on another host, as those of Google are.
    """
    return url.isprintable() and _is_safe(url, allow_loopback=issuer.startswith("http:"))


def _is_safe(url: str, *, allow_loopback: bool) -> bool:
    try:
        parts = urlsplit(url)
        is_encrypted = parts.scheme == "https"
        is_local = parts.scheme == "http" and parts.hostname in LOOPBACK and allow_loopback
        return (
            bool(parts.hostname)
            and parts.port != 0
            and "@" not in parts.netloc
            and (is_encrypted or is_local)
        )
    except ValueError:
        return False


def _not_understood() -> ClientError:
    return ClientError(
        "The server names a provider in a way that this version of Keydesk does not understand."
    )
