"""The sandbox gateway as an ASGI app, with all its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from keydesk_sandbox.call import Gateway
from keydesk_sandbox.config import SandboxConfig
from keydesk_sandbox.control import control_routes
from keydesk_sandbox.endpoints import ENDPOINTS
from keydesk_sandbox.faults import Faults
from keydesk_sandbox.interference import Interference
from keydesk_sandbox.journal import Journal
from keydesk_sandbox.models.catalogue import Catalogue
from keydesk_sandbox.openapi import document
from keydesk_sandbox.pipeline import serve
from keydesk_sandbox.security import SecurityHeaders
from keydesk_sandbox.spending.ledger import Ledger
from keydesk_sandbox.spending.limits import RateLimiter
from keydesk_sandbox.spending.settling import settle
from keydesk_sandbox.storage import Store


def create_sandbox(config: SandboxConfig | None = None) -> Starlette:
    """Return a sandbox gateway.

    Its lifespan opens and closes the database; without one (as with `httpx2.ASGITransport`) the first call
    opens it, and `await app.state.store.close()` closes it. `app.state` has `store`, `faults` and `journal`.
    """
    settings = config or SandboxConfig()
    store = Store(settings.database)
    gateway = Gateway(
        settings, Catalogue(settings.models), Ledger(settings.spend_delay_seconds), RateLimiter()
    )
    faults, journal = Faults(), Journal()

    routes = [Route(each.path, serve(each, gateway, store), methods=[each.method]) for each in ENDPOINTS]
    routes.append(Route("/openapi.json", _openapi, methods=["GET"]))
    app = Starlette(
        routes=routes + control_routes(faults, journal, settings.master_key),
        middleware=[
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]),
            Middleware(SecurityHeaders),
            Middleware(Interference, journal=journal, faults=faults),
        ],
        exception_handlers={HTTPException: _not_served, Exception: _broken},
        lifespan=_lifespan,
    )
    app.state.store, app.state.faults, app.state.journal = store, faults, journal
    app.state.gateway = gateway
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    store: Store = app.state.store
    gateway: Gateway = app.state.gateway
    await store.open()
    yield
    await store.write(lambda db: settle(db, gateway, gateway.config.clock(), everything=True))
    await store.close()


async def _openapi(_request: Request) -> Response:
    return JSONResponse(document())


async def _not_served(_request: Request, error: Exception) -> Response:
    """Respond to unknown paths and methods as FastAPI does."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "Internal Server Error"
    return JSONResponse({"detail": detail}, status)


async def _broken(_request: Request, _error: Exception) -> Response:
    """Respond to an unexpected error as LiteLLM does; the server logs the traceback."""
    return JSONResponse({"error": {"message": "Internal server error", "type": "internal_server_error"}}, 500)
