"""Puts the parts together into one ASGI application: the table of contents of the service.

Nothing happens at import, and `create_app` itself opens nothing: the database and LiteLLM are first
spoken to when the application starts.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import timedelta

import structlog
from fastapi import APIRouter, FastAPI

import keydesk.access.routes
import keydesk.accounts.routes
import keydesk.audit.routes
import keydesk.bridge.routes
import keydesk.config.routes
import keydesk.health.routes
import keydesk.keys.routes
import keydesk.models.routes
import keydesk.opencode.routes
import keydesk.preview.routes
import keydesk.teams.managing_routes
import keydesk.teams.objects_routes
import keydesk.teams.routes
import keydesk.usage.routes
import keydesk.web.api_reference
import keydesk.web.demo
import keydesk.web.routers
from keydesk.audit.middleware import WitnessMiddleware
from keydesk.clock import Clock, utc_now
from keydesk.config.routes import client_config
from keydesk.http.allowed_hosts import AllowedHostsMiddleware
from keydesk.http.body_limit import BodyLimitMiddleware
from keydesk.http.openapi import complete_openapi
from keydesk.http.problem_handlers import install_problem_handlers
from keydesk.http.request_id import RequestIdMiddleware
from keydesk.http.security_headers import SecurityHeadersMiddleware
from keydesk.http.unexpected import UnexpectedErrorMiddleware
from keydesk.identity.middleware import IdentityMiddleware, Paths
from keydesk.jobs.periodic import run_periodically
from keydesk.litellm import LiteLLM, LiteLLMError, ReleaseRefused
from keydesk.settings import Loopback, Settings
from keydesk.settings.printing.effective import effective_lines
from keydesk.settings.sources.layers import Layer
from keydesk.storage.migrate import migrate
from keydesk.web.assets import Assets
from keydesk.web.entrance import entrance_of
from keydesk.web.nowhere import nowhere
from keydesk.web.rendering import Pages
from keydesk.wiring import Foundation, Services, wire

API = "/api/litellm"
PUBLIC_PATHS = frozenset(
    API + path
    for path in (
        "/health",
        "/health/live",
        "/health/ready",
        "/bridge/health",
        keydesk.web.api_reference.DOCUMENT_PATH,
        keydesk.web.api_reference.PAGE_PATH,
        "/demo/people",
        "/demo/sign-in",
        keydesk.access.routes.METADATA_PATH,
    )
)
"""Everything below `API` that answers without a credential."""
RESYNC_INTERVAL = timedelta(minutes=10)
RECONCILE_INTERVAL = timedelta(minutes=1)
PRUNE_INTERVAL = timedelta(hours=6)
_log = structlog.get_logger(__name__)


def create_app(settings: Settings, *, clock: Clock = utc_now, layers: Sequence[Layer] = ()) -> FastAPI:
    """The service as an ASGI application. `layers` are where the settings came from, for auditors to read.

    Raises PeopleFileError for a people file that cannot be used.
    """
    base = Foundation(settings, clock)
    services = wire(base)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with base.closing:
            await migrate(base.database)
            await services.configuration_record.started_with(settings)
            await _look_at_release(base.gateway)
            async with _jobs(services):
                yield

    app = FastAPI(
        title="Keydesk",
        summary="The self-service key desk of a LiteLLM gateway.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    _fill_state(app, settings, services)
    app.state.effective_settings = effective_lines(settings, layers)
    _add_routes(app, settings)
    _add_portal(app)
    _add_middleware(app, settings, services)
    install_problem_handlers(app)
    complete_openapi(app, API)
    return app


async def _look_at_release(gateway: LiteLLM) -> None:
    """Say what the connected LiteLLM can do. An unreachable one is no reason not to start."""
    try:
        release = await gateway.release()
    except ReleaseRefused:
        raise
    except LiteLLMError as error:
        _log.warning("litellm_not_reached_at_start", kind=type(error).__name__)
        return
    for warning in release.warnings:
        _log.warning("litellm_release_warning", warning=warning)
    _log.info("litellm_release", version=release.version, capabilities=release.capabilities)


@asynccontextmanager
async def _jobs(services: Services) -> AsyncIterator[None]:
    """Run the jobs for as long as the application runs."""
    jobs: list[tuple[str, timedelta, Callable[[], Awaitable[object]]]] = [
        ("resync-accounts", RESYNC_INTERVAL, services.resync_accounts.apply),
        ("reconcile-intents", RECONCILE_INTERVAL, services.reconcile_intents.apply),
        ("prune-audit-log", PRUNE_INTERVAL, services.prune_audit_log.apply),
        ("prune-sessions", PRUNE_INTERVAL, services.sessions.prune),
    ]
    running = [
        asyncio.create_task(run_periodically(name, interval, services.leases, job))
        for name, interval, job in jobs
    ]
    try:
        yield
    finally:
        for job in running:
            job.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _fill_state(app: FastAPI, settings: Settings, services: Services) -> None:
    """What routes find in `request.app.state`."""
    for part in fields(services):
        setattr(app.state, part.name, getattr(services, part.name))
    app.state.demo = settings.demo.enabled
    app.state.entrance = entrance_of(settings)
    app.state.provisioning = settings.litellm.provisioning.enabled
    app.state.client_config = client_config(settings.litellm)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    api = APIRouter(prefix=API)
    for slice_ in (
        keydesk.health.routes,
        keydesk.config.routes,
        keydesk.access.routes,
        keydesk.accounts.routes,
        keydesk.keys.routes,
        keydesk.models.routes,
        keydesk.teams.routes,
        keydesk.teams.managing_routes,
        keydesk.teams.objects_routes,
        keydesk.usage.routes,
        keydesk.preview.routes,
        keydesk.audit.routes,
        keydesk.web.api_reference,
    ):
        api.include_router(slice_.router)
    if settings.litellm.bridge.enabled:
        api.include_router(keydesk.bridge.routes.bridge_router(settings.litellm.bridge))
    if settings.litellm.opencode.enabled:
        api.include_router(keydesk.opencode.routes.router)
    if settings.demo.enabled:
        api.include_router(keydesk.web.demo.api)
    app.include_router(api)


def _add_portal(app: FastAPI) -> None:
    """The pages and their files."""
    assets = Assets()
    app.state.pages = Pages(assets)
    for router in keydesk.web.routers.ROUTERS:
        app.include_router(router)
    app.mount("/static", assets)
    app.add_exception_handler(404, nowhere)


def _add_middleware(app: FastAPI, settings: Settings, services: Services) -> None:
    """The last one added is the first to see a request."""
    app.add_middleware(
        IdentityMiddleware,
        verifiers=services.identity.verifiers,
        sessions=services.sessions,
        paths=Paths(f"{API}/", PUBLIC_PATHS),
        proxy=services.identity.proxy,
    )
    app.add_middleware(WitnessMiddleware, witness=services.witness)
    app.add_middleware(BodyLimitMiddleware)
    hosts = Loopback if settings.demo.enabled else settings.server.allowed_hosts
    app.add_middleware(AllowedHostsMiddleware, allowed_hosts=hosts)
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(RequestIdMiddleware)
