"""What must be so before anything is done for anybody, and what is looked at right after. Wires nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import structlog

from keydesk.container.resources import Resources
from keydesk.kit.startup_error import StartupError
from keydesk.litellm import LiteLLM, LiteLLMError, ReleaseRefused
from keydesk.storage.inspection import UNUSABLE
from keydesk.storage.migrate import migrate
from keydesk.telemetry.metrics_server import serving_metrics
from keydesk.views.service import Views

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(resources: Resources) -> AsyncIterator[None]:
    """Everything opened until the end of the block: the schema is up to date, and LiteLLM's release is supported.

    Raises StartupError.
    """
    async with resources.closing:
        try:
            await migrate(resources.database)
            await resources.invalidation_bus.start()
        except UNUSABLE as error:
            raise StartupError(
                f"The database cannot be used: {_first_line(error)}",
                "Look whether it runs, whether database.url is right and its user may connect and make tables; "
                "`keydesk doctor` tells more.",
            ) from error
        await _refuse_unsupported(resources.gateway)
        yield


async def look_around(resources: Resources, views: Views) -> None:
    """After the start: say what the connected LiteLLM can do, and have the models ready."""
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
        _log.warning("litellm_not_looked_at", kind=type(error).__name__)


@contextmanager
def metrics_served(resources: Resources) -> Iterator[None]:
    """Serve the metrics, if there are any, to the end of the block. Raises StartupError if their port is taken."""
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
                f"The metrics cannot be served on {where.host}:{where.port}: {error.strerror or 'no such host'}",
                "Set metrics.host and metrics.port to an address of this machine that nothing else listens on.",
            ) from error
        yield


async def _refuse_unsupported(gateway: LiteLLM) -> None:
    """Raise StartupError if LiteLLM is compromised or too old. An unreachable LiteLLM does not stop the start."""
    try:
        await gateway.refuse_unsupported()
    except ReleaseRefused as refused:
        raise StartupError(
            f"{refused}.", "Upgrade LiteLLM; docs/reference/litellm-releases.md lists the supported releases."
        ) from refused
    except LiteLLMError as error:
        _log.warning("litellm_not_reached_at_start", kind=type(error).__name__)


def _first_line(error: Exception) -> str:
    """What a driver says is followed by SQL, parameters and links."""
    return str(error).partition("\n")[0]
