"""Connections to PostgreSQL, directly and through the proxy."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from tests.resilience.fault.proxy import Connect, FaultProxy


def connect_to(url: str) -> Connect:
    """Connect to PostgreSQL with TCP, or with the Unix socket in the folder of its URL."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host")
    if folder:
        return lambda: asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
    return lambda: asyncio.open_connection(parts.hostname, parts.port or 5432)


def through(proxy: FaultProxy, url: str) -> str:
    """Return the URL of the same database through the proxy."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return f"postgresql://{user}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable"
