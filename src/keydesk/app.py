"""The ASGI application, with the table of all routes, middleware and jobs.

The import and `create_app` open no connections. Keydesk connects to the database and LiteLLM when the application
starts.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

import keydesk.api.accounts
import keydesk.api.alerts
import keydesk.api.audit
import keydesk.api.calls
import keydesk.api.cli_bridge
import keydesk.api.config
import keydesk.api.contact_keys
import keydesk.api.findings
import keydesk.api.health
import keydesk.api.key_index
import keydesk.api.keys
import keydesk.api.leaks
import keydesk.api.limits
import keydesk.api.machines
import keydesk.api.me
import keydesk.api.models
import keydesk.api.object_permissions
import keydesk.api.opencode
import keydesk.api.permissions
import keydesk.api.provisioning_preview
import keydesk.api.requests
import keydesk.api.service_keys
import keydesk.api.statements
import keydesk.api.team_admin
import keydesk.api.team_statements
import keydesk.api.teams
import keydesk.api.usage
import keydesk.web.api_reference
import keydesk.web.demo
import keydesk.web.leak_report
import keydesk.web.machines.available
import keydesk.web.opencode
import keydesk.web.routers
from keydesk.api.openapi.document import complete_openapi
from keydesk.api.services import Services
from keydesk.auth.middleware import IdentityMiddleware, Paths
from keydesk.auth.oidc_sign_in import BACK_CHANNEL_LOGOUT, CALLBACK
from keydesk.container.fast_lane import build_fast_lane
from keydesk.container.resources import Resources
from keydesk.container.services import build_services
from keydesk.container.startup import metrics_endpoint, report_release, running
from keydesk.http.access_events import AccessEventMiddleware
from keydesk.http.allowed_hosts import AllowedHosts, AllowedHostsMiddleware
from keydesk.http.application import Application
from keydesk.http.observing import ObservingMiddleware
from keydesk.http.overload import OverloadMiddleware, RequestKinds
from keydesk.http.problem_handlers import UnexpectedErrorMiddleware, install_problem_handlers
from keydesk.http.rate_limiting import SignInPaths, limit_people, limit_sign_ins
from keydesk.http.request_id import RequestIdMiddleware, RequestIds
from keydesk.http.request_limits import BodyLimitMiddleware, TimeLimitMiddleware
from keydesk.http.security_headers import SecurityHeadersMiddleware
from keydesk.jobs.periodic import Runs, run_periodically
from keydesk.kit.clock import Clock, utc_now
from keydesk.leaks.matches import MAX_BODY_BYTES
from keydesk.settings import Bridge, LeakReports, Loopback, Settings
from keydesk.settings.sources.layers import Layer
from keydesk.web.assets import assets
from keydesk.web.problem_pages import ProblemPagesMiddleware, not_found

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
        keydesk.api.permissions.METADATA_PATH,
        "/leaks",
        keydesk.api.leaks.GITHUB_PATH,
        keydesk.api.leaks.SCANNER_PATH,
        keydesk.api.opencode.CONFIG_PATH,
    )
)
"""Paths below `API` that need no credential."""
VIRTUAL_KEY_PATHS = frozenset({API + "/me"})
"""Paths whose credential is a virtual key, which their routes check. They accept no other one."""
SIGN_IN_PATHS = frozenset({API + "/demo/sign-in", "/sign-in"})
"""Forms with which people sign in."""
CHANGING_PATHS = frozenset({API + "/opencode/connect"})
"""Paths that change data on GET."""
DELAYED_PATHS = frozenset({API + "/leaks", keydesk.web.leak_report.PATH})
"""Paths that respond after a fixed time, and that have limits of their own."""
READING_PATHS = frozenset({keydesk.web.machines.available.MCP})
"""Paths that change nothing on POST."""
HEALTH_PATHS = frozenset(
    API + path for path in ("/health", "/health/live", "/health/ready", "/bridge/health")
)
"""Paths that an orchestrator calls. It must not restart a busy process."""
NEVER_REJECTED_PATHS = HEALTH_PATHS | {
    keydesk.web.opencode.WELL_KNOWN,
    API + keydesk.api.opencode.CONFIG_PATH,
}
"""Paths that overload does not reject. OpenCode does not start after an error."""
RESYNC_INTERVAL = timedelta(minutes=10)
RECONCILE_INTERVAL = timedelta(minutes=1)
SETTLE_INTERVAL = timedelta(seconds=10)
PRUNE_INTERVAL = timedelta(hours=6)
LIFETIMES_INTERVAL = timedelta(days=1)
USAGE_INTERVAL = timedelta(minutes=10)
NOTICES_INTERVAL = timedelta(seconds=15)
WORKLOAD_KEYS_INTERVAL = timedelta(minutes=10)
KEY_INDEX_INTERVAL = timedelta(minutes=1)
STATEMENTS_INTERVAL = timedelta(hours=1)
_log = structlog.get_logger(__name__)


def create_app(settings: Settings, *, clock: Clock = utc_now, layers: Sequence[Layer] = ()) -> FastAPI:
    """Return the service as an ASGI application. `layers` are the sources of the settings, which auditors can see.

    Raises PeopleFileError if the people file is invalid.
    """
    resources = Resources(settings, clock)
    services = build_services(resources, layers)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(resources):
            await services.configuration_record.started_with(settings)
            with metrics_endpoint(resources):
                async with _jobs(services, report_release(resources, services.views)):
                    yield

    app = Application(
        title="Keydesk",
        summary="Self-service for the virtual keys of a LiteLLM gateway.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    _add_routes(app, settings)
    _add_middleware(app, resources, services)
    install_problem_handlers(app)
    complete_openapi(app, API)
    return app


@asynccontextmanager
async def _jobs(services: Services, once: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the periodic jobs for the length of the block, and run `once` one time."""
    alerts_interval = timedelta(minutes=services.settings.alerts.interval_minutes)
    jobs: list[tuple[str, timedelta, Callable[[], Awaitable[object]]]] = [
        ("resync-accounts", RESYNC_INTERVAL, services.resync_accounts.apply),
        ("reconcile-intents", RECONCILE_INTERVAL, services.reconcile_intents.apply),
        ("prune-audit-log", PRUNE_INTERVAL, services.prune_audit_log.apply),
        ("refresh-usage", USAGE_INTERVAL, services.refresh_usage.apply),
        ("apply-lifetimes", LIFETIMES_INTERVAL, services.apply_lifetimes.apply),
        ("index-keys", KEY_INDEX_INTERVAL, services.all_keys.indexing.apply),
        ("check-budgets", alerts_interval, services.check_budgets.apply),
        ("refresh-statements", STATEMENTS_INTERVAL, services.statements.refresh.apply),
        ("settle-rotations", SETTLE_INTERVAL, services.settle_rotations.apply),
        ("settle-requests", SETTLE_INTERVAL, services.settle_requests.apply),
        ("prune-secrets", PRUNE_INTERVAL, services.prune_secrets.apply),
        ("prune-sessions", PRUNE_INTERVAL, services.sessions.prune),
        ("prune-machines", PRUNE_INTERVAL, services.machines.prune.apply),
        ("prune-workload-keys", WORKLOAD_KEYS_INTERVAL, services.workloads.prune.apply),
        ("prune-used-tokens", PRUNE_INTERVAL, services.used_tokens.prune),
        ("send-notices", NOTICES_INTERVAL, services.notices.sender.apply),
        ("prune-notices", PRUNE_INTERVAL, services.notices.sender.prune),
    ]
    runs = {name: Runs() for name, _, _ in jobs}
    services.figures.jobs.update(runs)
    running = [
        asyncio.create_task(run_periodically(name, interval, services.leases, job, runs[name]))
        for name, interval, job in jobs
    ]
    running.append(asyncio.create_task(once))
    try:
        yield
    finally:
        for job in running:
            job.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    """Add the API, the portal's pages and static files."""
    rules, demo = settings.litellm, settings.demo.enabled
    app.router.routes.extend(
        _routes(rules.bridge, settings.leaks, opencode=rules.opencode.enabled, demo=demo)
    )
    app.mount("/static", assets())
    app.add_exception_handler(404, not_found)


@cache
def _routes(bridge: Bridge, leaks: LeakReports, *, opencode: bool, demo: bool) -> tuple[BaseRoute, ...]:
    """Return the routes. They hold no state, so that all applications of a process can share them: building is slow."""
    api = APIRouter()
    for slice_ in (
        keydesk.api.health,
        keydesk.api.config,
        keydesk.api.permissions,
        keydesk.api.accounts,
        keydesk.api.keys,
        keydesk.api.me,
        keydesk.api.requests,
        keydesk.api.models,
        keydesk.api.teams,
        keydesk.api.team_admin,
        keydesk.api.service_keys,
        keydesk.api.contact_keys,
        keydesk.api.object_permissions,
        keydesk.api.usage,
        keydesk.api.calls,
        keydesk.api.provisioning_preview,
        keydesk.api.audit,
        keydesk.api.key_index,
        keydesk.api.findings,
        keydesk.api.alerts,
        keydesk.api.limits,
        keydesk.api.machines,
        keydesk.api.statements,
        keydesk.api.team_statements,
        keydesk.web.api_reference,
    ):
        api.include_router(slice_.router)
    if bridge.enabled:
        api.include_router(keydesk.api.cli_bridge.bridge_router(bridge))
    for router in keydesk.api.leaks.routers(leaks):
        api.include_router(router)
    api.include_router(keydesk.api.opencode.central)
    if opencode:
        api.include_router(keydesk.api.opencode.router)
    if demo:
        api.include_router(keydesk.web.demo.api)
    everything = APIRouter()
    everything.include_router(api, prefix=API)
    for router in keydesk.web.routers.ROUTERS:
        everything.include_router(router)
    return tuple(everything.routes)


def _add_middleware(app: Application, resources: Resources, services: Services) -> None:
    """Add the middleware. The last one added is the outermost."""
    settings, clock = resources.settings, resources.clock
    kinds = RequestKinds(NEVER_REJECTED_PATHS, CHANGING_PATHS, DELAYED_PATHS, READING_PATHS)
    rate_limiter = limit_people(app, settings.limits, clock, kinds)
    app.add_middleware(
        IdentityMiddleware,
        verifiers=services.identity.verifiers,
        sessions=services.sessions,
        paths=Paths(f"{API}/", PUBLIC_PATHS | VIRTUAL_KEY_PATHS, origins=services.origins),
        proxy=services.identity.proxy,
    )
    app.add_middleware(AccessEventMiddleware, recorder=services.access_events)
    limit_sign_ins(app, settings.limits, clock, SignInPaths(SIGN_IN_PATHS, CALLBACK, BACK_CHANNEL_LOGOUT))
    bodies = {f"{API}{path}": MAX_BODY_BYTES for path in keydesk.api.leaks.signed_paths(settings.leaks)}
    app.add_middleware(BodyLimitMiddleware, by_path=bodies)
    app.add_middleware(TimeLimitMiddleware, seconds=settings.server.time_limit_seconds)
    app.add_middleware(AllowedHostsMiddleware, allowed=_allowed_hosts(settings))
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(OverloadMiddleware, limiter=resources.concurrency, kinds=kinds)
    app.add_middleware(ProblemPagesMiddleware)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(RequestIdMiddleware, ids=RequestIds())
    observability = resources.observability
    if observability.observers or observability.tracing is not None:
        app.add_middleware(
            ObservingMiddleware,
            observers=observability.observers,
            tracing=observability.tracing,
            prefix=API,
        )
    app.lane = build_fast_lane(resources, services, _allowed_hosts(settings), rate_limiter, API)


def _allowed_hosts(settings: Settings) -> AllowedHosts:
    return AllowedHosts(Loopback if settings.demo.enabled else settings.server.allowed_hosts)
