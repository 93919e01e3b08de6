"""A certified OpenID provider, `oidc-provider` from npm, as its own process on loopback.

Its packages are installed once, into an ignored folder beside its lock file.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from keydesk.server.serving import free_port
from tests.support.peers.node_packages import installed_packages

_HERE = Path(__file__).with_name("oidc_provider")
CLIENT_ID, CLIENT_SECRET = "keydesk", "a-secret-of-the-tests"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "sub-jane": {"preferred_username": "jane", "name": "Jane Doe", "email": "jane@example.com",
                 "email_verified": True, "groups": ["litellm-admins"]},
    "sub-olga": {"preferred_username": "olga", "name": "Olga Ode", "email": "olga@example.com",
                 "email_verified": False, "groups": []},
    "sub-auditor": {"preferred_username": "ada", "name": "Ada", "email": "ada@example.com",
                    "email_verified": True, "groups": ["staff"]},
    "sub-impostor": {"preferred_username": "jane", "name": "Not Jane", "email_verified": False},
    "sub-nameless": {"name": "Nobody"},
}  # fmt: skip
"""People by the provider's own id, which its form asks for."""


@dataclass(frozen=True)
class OpenIdProvider:
    issuer: str
    portal: str

    def sign_in(self, **changes: Any) -> dict[str, Any]:
        """Return the `portal` section of a Keydesk that signs people in here."""
        client = {"issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return {"base_url": self.portal, "sign_in": client | changes}

    def change(self, subject: str, **claims: Any) -> None:
        """Change a person's claims."""
        self._call("PUT", subject, json=ACCOUNTS[subject] | claims)

    def remove(self, subject: str) -> None:
        self._call("DELETE", subject)

    def _call(self, method: str, subject: str, **sent: Any) -> None:
        address = f"{self.issuer}/accounts/{subject}"
        httpx2.request(method, address, trust_env=False, **sent).raise_for_status()


@contextmanager
def running_openid_provider(
    portal: str, environment: Mapping[str, str] | None = None
) -> Iterator[OpenIdProvider]:
    """Start the provider for the portal at this URL, which it also calls itself."""
    installed_packages(_HERE)
    node = shutil.which("node")
    port = free_port("127.0.0.1", 0)
    given = {
        "PORT": str(port),
        "PORTAL": portal,
        "ACCOUNTS": json.dumps(ACCOUNTS),
        "CLIENT_SECRET": CLIENT_SECRET,
    }
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [str(node), "server.mjs"],
        cwd=_HERE,
        env={**os.environ, **given, **(environment or {}), "NODE_NO_WARNINGS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said == f"http://127.0.0.1:{port}", "the provider did not start"
        yield OpenIdProvider(said, portal)
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()
