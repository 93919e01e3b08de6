"""Backstage's permission service as an HTTP transport.

It identifies users by token and denies configured permissions.
"""

import asyncio
import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import httpx2


def token_of(name: str, typ: str = "vnd.backstage.user") -> str:
    """Return a token of the right shape; its signature is not checked."""
    parts = ({"typ": typ, "alg": "ES256"}, {"sub": f"user:default/{name}"})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


@dataclass
class PermissionServiceStandIn:
    """`trouble`, if set, is returned or raised instead. While `gate` is set and closed, there is no response."""

    denied: dict[str, Collection[str]] = field(default_factory=dict)
    requests: list[httpx2.Request] = field(default_factory=list)
    trouble: httpx2.Response | Exception | None = None
    gate: asyncio.Event | None = None

    def deny(self, name: str, *permissions: str) -> None:
        self.denied[f"Bearer {token_of(name)}"] = permissions

    def allow(self, name: str) -> None:
        self.deny(name)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        assert str(request.url) == "http://backstage.test/api/permission/authorize"
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.trouble, Exception):
            raise self.trouble
        return self.trouble or self._decisions(request)

    def _decisions(self, request: httpx2.Request) -> httpx2.Response:
        denied = self.denied.get(request.headers["authorization"])
        if denied is None:
            return httpx2.Response(401, json={"error": {"name": "AuthenticationError"}})
        items = [_decision(item, denied) for item in json.loads(request.content)["items"]]
        return httpx2.Response(200, json={"items": items})


def _decision(item: dict[str, Any], denied: Collection[str]) -> dict[str, str]:
    return {"id": item["id"], "result": "DENY" if item["permission"]["name"] in denied else "ALLOW"}
