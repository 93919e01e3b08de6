"""Wires the parts into one ASGI application: the table of contents of the service.

Nothing happens at import, and `create_app` itself opens nothing: the database and LiteLLM are first
spoken to when the application starts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from fastapi import APIRouter, FastAPI

import keydesk.accounts.routes
import keydesk.config.routes
import keydesk.health.routes
import keydesk.keys.routes
import keydesk.models.routes
import keydesk.teams.routes
import keydesk.usage.routes
import keydesk.web.demo
import keydesk.web.pages
from keydesk.access.permissions import GrantedByGroup
from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.service import Accounts
from keydesk.accounts.store import AccountStore
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.clock import Clock, utc_now
from keydesk.config.routes import client_config
from keydesk.directory.static import StaticDirectory
from keydesk.health.service import Health
from keydesk.http.allowed_hosts import AllowedHostsMiddleware
from keydesk.http.body_limit import MAX_BODY_BYTES, AnnouncedBodyLimitMiddleware
from keydesk.http.openapi import complete_openapi
from keydesk.http.problem_handlers import install_problem_handlers
from keydesk.http.request_id import RequestIdMiddleware
from keydesk.http.security_headers import SecurityHeadersMiddleware
from keydesk.http.unexpected import UnexpectedErrorMiddleware
from keydesk.identity.demo import DemoTokens
from keydesk.identity.middleware import IdentityMiddleware
from keydesk.identity.verifier import Verifiers
from keydesk.jobs.periodic import run_periodically
from keydesk.jobs.resync_accounts import ResyncAccounts
from keydesk.keys.ids import KeyIds
from keydesk.keys.issuing import Issuer
from keydesk.keys.service import Keys
from keydesk.keys.store import KeyStore
from keydesk.keys.suspension import KeySuspension
from keydesk.litellm import LiteLLM, LiteLLMConfig, LiteLLMError, ReleaseRefused
from keydesk.models.service import Catalogue
from keydesk.settings import Loopback, Settings
from keydesk.storage.database import Database
from keydesk.storage.leases import Leases
from keydesk.storage.migrate import migrate
from keydesk.teams.service import Teams
from keydesk.usage.service import Usage
from keydesk.web.rendering import static_files

API = "/api/litellm"
PUBLIC_PATHS = frozenset(
    {f"{API}/health", f"{API}/health/live", f"{API}/health/ready", f"{API}/openapi.json"}
    | {f"{API}/demo/people", f"{API}/demo/sign-in"}
)
"""Everything below `API` that answers without a credential."""
RESYNC_INTERVAL = timedelta(minutes=10)

_log = structlog.get_logger(__name__)


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """The service as an ASGI application. Raises ValueError when the settings leave no way to sign in."""
    database = Database(settings.database)
    gateway = LiteLLM(_client_config(settings))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            await migrate(database)
            await _look_at_release(gateway)
            async with _jobs(app):
                yield
        finally:
            await gateway.aclose()
            await database.close()

    app = FastAPI(
        title="Keydesk",
        summary="The self-service key desk of a LiteLLM gateway.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY_BYTES,
        lifespan=lifespan,
    )
    _wire_services(app, settings, database, gateway, clock)
    _add_routes(app, settings)
    _add_middleware(app, settings)
    install_problem_handlers(app)
    complete_openapi(app)
    return app


@asynccontextmanager
async def _jobs(app: FastAPI) -> AsyncIterator[None]:
    """Run the jobs for as long as the application runs."""
    state = app.state
    job = run_periodically("resync-accounts", RESYNC_INTERVAL, state.leases, state.resync_accounts.apply)
    running = asyncio.create_task(job)
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _client_config(settings: Settings) -> LiteLLMConfig:
    return LiteLLMConfig(
        base_url=settings.litellm.base_url,
        master_key=settings.litellm.master_key,
        **settings.upstream.model_dump(),
    )


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


def _wire_services(
    app: FastAPI, settings: Settings, database: Database, gateway: LiteLLM, clock: Clock
) -> None:
    rules = settings.litellm
    leases = Leases(database, clock)
    audit = Audit(AuditStore(database), clock)
    directory = StaticDirectory(settings.directory.people)
    ids = KeyIds(settings.derived_key("key-ids"))
    key_store = KeyStore(database)
    account_store = AccountStore(database)
    provisioner = Provisioner(
        gateway=gateway,
        settings=rules.provisioning,
        directory=directory,
        store=account_store,
        leases=leases,
        audit=audit,
        clock=clock,
    )
    resync = Resync(
        gateway=gateway,
        settings=rules.provisioning,
        store=account_store,
        suspension=KeySuspension(gateway, ids, key_store, audit),
        leases=leases,
        audit=audit,
        clock=clock,
    )
    state = app.state
    state.demo = settings.demo.enabled
    state.directory = directory
    state.permissions = GrantedByGroup(settings.grants, directory)
    state.demo_tokens = DemoTokens(settings.derived_key("demo-sign-in"), clock)
    state.provisioning = rules.provisioning.enabled
    state.client_config = client_config(rules)
    state.health = Health(gateway, database)
    state.resync_accounts = ResyncAccounts(directory, account_store, resync)
    state.leases = leases
    state.accounts = Accounts(
        gateway=gateway,
        settings=rules,
        directory=directory,
        store=account_store,
        provisioner=provisioner,
        resync=resync,
    )
    state.catalogue = Catalogue(gateway)
    state.teams = Teams(gateway, rules.display)
    state.usage = Usage(gateway, state.teams, ids, rules.display, clock)
    issuer = Issuer(
        gateway=gateway,
        rules=rules.key_generation,
        teams=state.teams,
        catalogue=state.catalogue,
        ids=ids,
        store=key_store,
        leases=leases,
        audit=audit,
        clock=clock,
    )
    state.keys = Keys(gateway, issuer, ids, key_store, leases, audit)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    api = APIRouter(prefix=API)
    for slice_ in (
        keydesk.health.routes,
        keydesk.config.routes,
        keydesk.accounts.routes,
        keydesk.keys.routes,
        keydesk.models.routes,
        keydesk.teams.routes,
        keydesk.usage.routes,
    ):
        api.include_router(slice_.router)
    if settings.demo.enabled:
        api.include_router(keydesk.web.demo.api)
        app.include_router(keydesk.web.demo.pages)
    app.include_router(api)
    app.include_router(keydesk.web.pages.router)
    app.mount("/static", static_files())


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last one added is the first to see a request."""
    verifiers = [app.state.demo_tokens] if settings.demo.enabled else []
    if not verifiers:
        raise ValueError(
            "no way to sign in is configured: set demo.enabled to try the key desk on this machine"
        )
    hosts = Loopback if settings.demo.enabled else settings.server.allowed_hosts
    app.add_middleware(UnexpectedErrorMiddleware)
    app.add_middleware(
        IdentityMiddleware, verifiers=Verifiers(verifiers), prefix=f"{API}/", public=PUBLIC_PATHS
    )
    app.add_middleware(AnnouncedBodyLimitMiddleware)
    app.add_middleware(AllowedHostsMiddleware, allowed_hosts=hosts)
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(RequestIdMiddleware)
