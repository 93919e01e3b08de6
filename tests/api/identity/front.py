"""Keydesk's identity middleware in front of two routes that only return the caller."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI

from keydesk.api.dependencies import Caller
from keydesk.auth.assembly import Assembled, IdentityParts, assemble_identity
from keydesk.auth.middleware import IdentityMiddleware, Paths
from keydesk.auth.sessions import Session
from keydesk.http.problem_handlers import install_problem_handlers
from keydesk.http.request_id import RequestIdMiddleware, RequestIds
from keydesk.kit.http_client import HttpClient
from keydesk.settings import Bridge, Identity, TrustedProxy
from tests.unit.auth.backstage_stand_in import CONFIG as BACKSTAGE
from tests.unit.auth.backstage_stand_in import BackstageStandIn
from tests.unit.auth.linking import LinksInMemory
from tests.unit.auth.oidc_stand_in import CONFIG as KEYCLOAK
from tests.unit.auth.oidc_stand_in import OidcStandIn
from tests.unit.auth.peers import Peers, StillClock

WHO = "/api/litellm/who"
ADDRESS = "https://keys.example.com"
PROXY_ADDRESS = "10.1.2.3"
EVERYTHING = Identity(
    backstage=BACKSTAGE,
    oidc=(KEYCLOAK,),
    trusted_proxy=TrustedProxy.model_validate({"networks": ["10.1.0.0/16"]}),
)


class NoSessions:
    """Sessions of a portal without any."""

    async def find(self, _: str) -> Session | None:
        return None


Header = tuple[str, str] | tuple[bytes, bytes]


@dataclass
class Front:
    """`visits` records the callers that reached a route, and so could have reached LiteLLM."""

    peers: Peers
    clock: StillClock
    backstage: BackstageStandIn
    keycloak: OidcStandIn
    app: FastAPI
    visits: list[str] = field(default_factory=list)

    async def bring(self, token: str, path: str = WHO) -> httpx2.Response:
        """Send a request with the token in the usual header."""
        return await self.send([("Authorization", f"Bearer {token}")], path)

    async def send(
        self, headers: Sequence[Header], path: str = WHO, *, method: str = "GET", peer: str = "192.0.2.7"
    ) -> httpx2.Response:
        """Send a request with exactly these headers, including repeated ones, from the address `peer`."""
        transport = httpx2.ASGITransport(self.app, client=(peer, 50_000))
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
            return await http.request(method, path, headers=[_as_bytes(header) for header in headers])


def _as_bytes(header: Header) -> tuple[bytes, bytes]:
    name, value = header
    return (
        name if isinstance(name, bytes) else name.encode(),
        value if isinstance(value, bytes) else value.encode(),
    )


@asynccontextmanager
async def open_front(
    peers: Peers, clock: StillClock, issuers: tuple[BackstageStandIn, OidcStandIn]
) -> AsyncIterator[Front]:
    http_client = peers.http_client()
    assembled = assemble_identity(EVERYTHING, Bridge(), _parts(http_client, clock))
    app = FastAPI()
    front = Front(peers, clock, *issuers, app)
    _add_routes(front)
    _add_middleware(app, assembled)
    yield front
    await assembled.aclose()
    await http_client.aclose()


def _parts(http_client: HttpClient, clock: StillClock) -> IdentityParts:
    return IdentityParts(http_client, LinksInMemory(), clock)


def _add_routes(front: Front) -> None:
    async def who(caller: Caller) -> dict[str, str]:
        front.visits.append(caller.ref)
        return {"ref": caller.ref}

    front.app.get(WHO)(who)
    front.app.post(WHO)(who)


def _add_middleware(app: FastAPI, assembled: Assembled) -> None:
    install_problem_handlers(app)
    app.add_middleware(
        IdentityMiddleware,
        verifiers=assembled.verifiers,
        sessions=NoSessions(),
        paths=Paths("/api/litellm/"),
        proxy=assembled.proxy,
    )
    app.add_middleware(RequestIdMiddleware, ids=RequestIds())
