"""The way to a PostgreSQL, past the proxy and through it."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from tests.resilience.fault.proxy import Connect, FaultProxy


def connect_to(url: str) -> Connect:
    """A PostgreSQL by TCP, or by the socket in the folder that its URL names."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host")
    if folder:
        return lambda: asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
    return lambda: asyncio.open_connection(parts.hostname, parts.port or 5432)


def through(proxy: FaultProxy, url: str) -> str:
    """The URL of the same database behind the proxy."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return f"postgresql://{user}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
