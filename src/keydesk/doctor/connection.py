"""Finds out why a server cannot be reached: name resolution, port, TLS or time."""

import asyncio
import os
import socket
import ssl
from urllib.parse import urlsplit

from keydesk.kit.certificates import trusted_certificates

_TIMEOUT_SECONDS = 5.0
_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")


async def why_unreachable(url: str) -> str | None:
    """Return why no connection to the server of `url` is possible, or None if it accepts one."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    tls = trusted_certificates() if parts.scheme == "https" else None
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
    except OSError as error:  # also a timeout
        return _explained(error, f"{host}:{port}")
    writer.close()
    return None


def _explained(error: OSError, place: str) -> str:
    match error:
        case socket.gaierror():
            return f"the host name in {place} is unknown on this machine"
        case TimeoutError():
            return f"{place} accepts no connection within {_TIMEOUT_SECONDS:.0f} s, as behind a firewall"
        case ConnectionRefusedError():
            return f"nothing listens on {place}"
        case ssl.SSLCertVerificationError():
            return f"the TLS certificate of {place} is not trusted ({error.verify_message})"
        case ssl.SSLError():
            return f"{place} does not speak TLS"
    return f"the connection to {place} fails ({error.strerror or type(error).__name__})"


def proxy_note() -> str:
    """Return a sentence about the proxy variables of the environment, which Keydesk ignores, or nothing."""
    found = next((name for name in _PROXY_VARIABLES if os.environ.get(name)), None)
    if found is None:
        return ""
    return f" Keydesk ignores the proxy in {found}: it needs a direct connection."
