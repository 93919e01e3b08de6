"""The callers of the authorization matrix, and the plugin that signs its own tokens."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from keydesk.kit.request_kind import RequestKind
from tests.support.upstream.serving import served

PLUGIN = "scaffolder"
OWNING, OTHER, AUDITING = (f"group:default/{name}" for name in ("owning-admins", "other-admins", "auditors"))
PEOPLE: dict[str, list[str]] = {
    "member": [],
    "owner": [],
    "other_admin": [OTHER],
    "admin": [OWNING],
    "auditor": [AUDITING],
    "newcomer": [],
}
"""Everyone in the directory, with their groups. The stranger, the service and the anonymous caller are not in it."""


@dataclass(frozen=True)
class Plugin:
    """A Backstage plugin. `backstage` is where its public key is."""

    backstage: str
    key: ECKey = field(repr=False)

    def token(self) -> str:
        """Return the plugin's token for itself."""
        now = int(time.time())
        claims = {"sub": PLUGIN, "aud": "litellm", "iat": now, "exp": now + 3600}
        header = {"alg": "ES256", "typ": "vnd.backstage.plugin", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key)


@contextmanager
def plugin_of_backstage() -> Iterator[Plugin]:
    key = ECKey.generate_key("P-256", {"kid": "plugin-key", "alg": "ES256", "use": "sig"})

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    address = f"/api/{PLUGIN}/.backstage/auth/v1/jwks.json"
    with served(Starlette(routes=[Route(address, keys)])) as url:
        yield Plugin(url, key)


LEAKS = {
    "github": {"enabled": True, "keys_url": "http://127.0.0.1:9/keys"},
    "scanner": {"signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"},
}
"""The `leaks` section with every feature turned on, without a connection to GitHub."""


REQUESTS = {"enabled": True, "approver_groups": [AUDITING], "kinds": [*RequestKind]}
"""The `requests` section: auditors approve, and every kind is turned on."""


def rules() -> dict[str, Any]:
    """The `litellm` section with every feature turned on."""
    return {
        "audit": {"group": AUDITING, "key_admin_group": AUDITING},
        "team_admin": {
            "group": [OWNING, OTHER],
            "allowed_models": ["gpt-4o"],
            "max_budget_ceiling": 500.0,
            "allow_team_delete": True,
            "object_permissions": {"enabled": True},
        },
        "key_generation": {"service_keys": True},
        "key_lifetimes": {"longest": "1y", "default": "30d"},
        "opencode": {"enabled": True},
        "bridge": {"enabled": True, "issuer": "https://issuer.example.com"},
    }
