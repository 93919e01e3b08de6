"""Reaches a server like a tool does, through the proxy of the environment, and says what prevents it."""

import os
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from keydesk.doctor.connection import why_unreachable
from keydesk.doctor.machine.variables import how_to_set
from keydesk.kit.certificates import trusted_certificates

_TIMEOUT_SECONDS = 10.0
_ADD_AUTHORITY = "Ask your IT department for the file of its authority. Run: "


@dataclass(frozen=True, slots=True)
class Contact:
    """A response. `issuer` is the name in the server's TLS certificate of who issued it, if it is known."""

    status: int
    at: datetime | None
    issuer: str | None


class NoContact(Exception):  # noqa: N818 - it reads as what happened
    """No response came. `reason` and `remedy` are for people and contain no address of a proxy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


async def contact(url: str, headers: Mapping[str, str] | None = None) -> Contact:
    """Send a GET request, and ignore the body. Raises NoContact."""
    try:
        async with (
            httpx2.AsyncClient(verify=trusted_certificates(), timeout=_TIMEOUT_SECONDS) as http,
            http.stream("GET", url, headers=headers) as response,
        ):
            return Contact(response.status_code, _moment(response.headers.get("date")), _issuer(response))
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise await _explained(error, url) from None


def proxy_of(url: str) -> str | None:
    """Return the variable with the proxy for a URL, `the system's settings`, or None without a proxy."""
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    if urllib.request.proxy_bypass(parts.hostname or "") or not proxies.keys() & {parts.scheme, "all"}:
        return None
    names = [f"{scheme}_PROXY" for scheme in (parts.scheme.upper(), "ALL")]
    found = (name for each in names for name in (each, each.lower()) if os.environ.get(name))
    return next(found, "the system's settings")


async def _explained(error: Exception, url: str) -> NoContact:
    place, proxy = urlsplit(url).netloc.rpartition("@")[2], proxy_of(url)
    if (untrusted := _untrusted(error)) is not None:
        replaced = f". The proxy in {proxy} may have replaced it" if proxy else ""
        reason = f"the TLS certificate of {place} is not trusted ({untrusted}){replaced}"
        return NoContact(
            reason, _ADD_AUTHORITY + how_to_set(SSL_CERT_FILE="<file>", NODE_EXTRA_CA_CERTS="<file>")
        )
    if proxy is not None:
        host = urlsplit(url).hostname
        reason = f"the connection to {place} through the proxy in {proxy} fails"
        return NoContact(
            reason,
            f"If no proxy is needed, run: {how_to_set(NO_PROXY=f'$NO_PROXY,{host}')}. Else correct the proxy.",
        )
    reason = await why_unreachable(url) or f"{place} does not answer like an HTTP server"
    return NoContact(reason, f"Check your network or VPN. Run: curl -i {url}")


def _untrusted(error: BaseException | None) -> str | None:
    """Return OpenSSL's reason for which it does not trust a certificate, if that is why."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(error.verify_message)
        error = error.__cause__ or error.__context__
    return None


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except ValueError:
        return None


def _issuer(response: httpx2.Response) -> str | None:
    """Return the organization and name of the issuer. macOS and Windows do not tell Python."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    certificate: Mapping[str, Any] = (tls.getpeercert() if tls else None) or {}
    names = dict(pair for part in certificate.get("issuer", ()) for pair in part)
    found = [names[name] for name in ("organizationName", "commonName") if name in names]
    return ", ".join(dict.fromkeys(found)) or None
