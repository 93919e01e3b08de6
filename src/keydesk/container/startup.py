"""Starts the application: migrates the database, checks LiteLLM's release and serves the metrics."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import structlog

from keydesk.container.resources import Resources
from keydesk.kit.startup_error import StartupError
from keydesk.litellm import (
    CredentialRefused,
    LiteLLMError,
    ReleaseRefused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from keydesk.storage.diagnosis import diagnosed
from keydesk.storage.inspection import UNUSABLE
from keydesk.storage.migrate import migrate
from keydesk.telemetry.metrics_server import serving_metrics
from keydesk.views.service import Views

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(resources: Resources) -> AsyncIterator[None]:
    """Keep the resources open for the length of the block.

    Migrates the database and checks that LiteLLM's release is supported. Raises StartupError.
    """
    async with resources.closing:
        try:
            await migrate(resources.database)
            await resources.key_secrets.load()
            await resources.invalidation_bus.start()
        except UNUSABLE as error:
            found = diagnosed(error, resources.database)
            raise StartupError(
                f"Keydesk cannot use the database: {found.reason}",
                f"{found.remedy} `keydesk doctor` checks database.url again.",
            ) from error
        await _refuse_unsupported(resources)
        yield


async def report_release(resources: Resources, views: Views) -> None:
    """Log the release and capabilities of LiteLLM, and load the models into the cache. Run it after the start."""
    try:
        release = await resources.gateway.release()
        for warning in release.warnings:
            _log.warning(
                "litellm_release_warning", id=warning.id, warning=warning.text, remedy=warning.remedy
            )
        _log.info(
            "litellm_release",
            version=release.version,
            capabilities=release.capabilities,
            notes=release.notes,
        )
        if resources.settings.cache.fresh_seconds:
            await views.models()
    except LiteLLMError as error:
        remedy = _remedy_for(error, resources.settings.litellm.base_url)
        _log.warning("litellm_unavailable_after_start", kind=type(error).__name__, remedy=remedy)


@contextmanager
def metrics_endpoint(resources: Resources) -> Iterator[None]:
    """Serve the metrics for the length of the block, if they are enabled. Raises StartupError if the port is in use."""
    registry, where = resources.observability.registry, resources.settings.metrics
    if registry is None:
        yield
        return
    registry.register(resources.figures)
    with ExitStack() as serving:
        try:
            serving.enter_context(serving_metrics(registry, where.host, where.port))
        except OSError as error:
            raise StartupError(
                f"Keydesk cannot serve metrics on {where.host}:{where.port}: {error.strerror or 'no such host'}",
                "Set metrics.host and metrics.port to a free address of this machine.",
            ) from error
        yield


async def _refuse_unsupported(resources: Resources) -> None:
    """Raise StartupError if LiteLLM is compromised or too old. An unreachable LiteLLM does not stop the start."""
    try:
        await resources.gateway.refuse_unsupported()
    except ReleaseRefused as refused:
        raise StartupError(
            f"{refused}.", "Upgrade LiteLLM; docs/reference/litellm-releases.md lists the supported releases."
        ) from refused
    except LiteLLMError as error:
        remedy = _remedy_for(error, resources.settings.litellm.base_url)
        _log.warning("litellm_unavailable_at_start", kind=type(error).__name__, remedy=remedy)


def _remedy_for(error: LiteLLMError, base_url: str) -> str:
    """Return what the operator can do. Keydesk serves requests meanwhile, and calls LiteLLM with the next one."""
    match error:
        case CredentialRefused():
            return "LiteLLM rejects litellm.masterKey. Set it to the master key of this LiteLLM. Run `keydesk doctor`."
        case Unreachable() | TimedOut():
            return (
                f"Check that LiteLLM is running and that litellm.baseUrl, {base_url}, is its address. "
                f"Run `curl {base_url}/health/readiness`."
            )
        case UnexpectedAnswer():
            return f"Another server answers at litellm.baseUrl, {base_url}. Set it to LiteLLM's own address."
        case _:
            return "Run `keydesk doctor` for details."
