"""The gateway of a contract test, and its description without credentials. Starts nothing."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Upstream:
    """One gateway.

    `sandbox` or `litellm`, its base URL, its master key and its release. The URL may hold credentials, so neither it
    nor the master key is in the `repr`.
    """

    name: str
    url: str = field(repr=False)
    master_key: str = field(repr=False)
    version: str = "unknown"

    @property
    def title(self) -> str:
        """Return its name and release: `sandbox, LiteLLM 1.109.1`."""
        return f"{self.name}, LiteLLM {self.version}"

    @property
    def address(self) -> str:
        """Return scheme, host and port, without user names, passwords, paths and queries."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def real_address() -> tuple[str, str] | None:
    """Return LITELLM_URL and LITELLM_MASTER_KEY of the real proxy, or None if either is unset."""
    url = os.environ.get("LITELLM_URL", "").rstrip("/")
    master_key = os.environ.get("LITELLM_MASTER_KEY", "")
    return (url, master_key) if url and master_key else None
