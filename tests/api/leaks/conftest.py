"""Keydesk with a stand-in for GitHub, and the gateway behind it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.serving import served
from tests.unit.leaks.github_stand_in import Signer, published


@dataclass
class GitHub:
    """Signs reports, and publishes its key. `asked` counts the requests for keys."""

    url: str
    signer: Signer
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        return {"github": {"enabled": True, "keys_url": self.url}}


@pytest.fixture(scope="module")
def github() -> Iterator[GitHub]:
    signer = Signer.made()
    asked: list[str] = []

    async def keys(request: Request) -> JSONResponse:
        asked.append(request.url.path)
        return JSONResponse(published([signer]))

    with served(Starlette(routes=[Route("/keys", keys)])) as url:
        yield GitHub(f"{url}/keys", signer, asked)


@pytest.fixture(scope="session")
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway
