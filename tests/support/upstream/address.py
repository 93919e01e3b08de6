"""The gateway of a contract test, and its description without credentials. Starts nothing."""

import os
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

REQUIRE_REAL = "KEYDESK_REQUIRE_REAL"


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


def real_is_required() -> bool:
    """Return whether a missing real proxy is a failure (`make real`, CI)."""
    return os.environ.get(REQUIRE_REAL) == "1"


def missing(what: str) -> NoReturn:
    """Skip the test that needs a peer which these variables name. Fails if the run requires the peers."""
    if real_is_required():
        pytest.fail(f"{what} must be set: {REQUIRE_REAL}=1 insists on the real peers", pytrace=False)
    pytest.skip(f"{what} must be set")
