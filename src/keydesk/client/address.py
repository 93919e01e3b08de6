"""The address of a Keydesk server, as a person types it."""

from urllib.parse import urlsplit

from keydesk.client.errors import WrongUsage

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine. Plain HTTP is allowed only there."""


def server_address(typed: str) -> str:
    """Return the origin of the server, such as `https://keys.example.com`. Raises WrongUsage.

    Plain HTTP is for servers on this machine only, because tokens are sent there.
    """
    text = typed.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise WrongUsage(f"This is not an address of a server: {typed}") from None
    if not host or parts.scheme not in {"https", "http"}:
        raise WrongUsage(f"This is not an address of a server: {typed}")
    if parts.username is not None or parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise WrongUsage("Use the address of the server only, such as https://keys.example.com")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise WrongUsage("Use https://. Plain HTTP would send your tokens without encryption.")
    name = f"[{host}]" if ":" in host else host
    is_usual = port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{name}{'' if is_usual else f':{port}'}"


def page_host(address: str) -> str | None:
    """Return the host of a page that a person can open safely, or None. The address has to show where it leads."""
    if not address.isascii() or not address.isprintable() or set(address) & set(" \\@?#"):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return parts.hostname if is_safe else None
