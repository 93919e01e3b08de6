"""All checks, one after the other. Reads only: what is written to prove a right is taken back."""

import asyncio
from collections.abc import AsyncIterator

from keydesk.container.resources import Resources
from keydesk.doctor.configuration import check_configuration
from keydesk.doctor.database import check_audit_log, check_database
from keydesk.doctor.finding import Finding, failed
from keydesk.doctor.gateway import check_gateway, check_keys
from keydesk.doctor.peers import check_peers
from keydesk.kit.clock import utc_now
from keydesk.settings import Metrics, Tracing
from keydesk.settings.loading import Configuration

_PATIENCE_SECONDS = 60.0


async def examine(configuration: Configuration) -> list[Finding]:
    """Every finding. Raises PeopleFileError for a people file that cannot be used."""
    silent = {"metrics": Metrics(), "tracing": Tracing()}
    resources = Resources(configuration.settings.model_copy(update=silent), utc_now)
    async with resources.closing:
        groups = await asyncio.gather(
            _all("litellm", check_gateway(resources.gateway, resources.clock)),
            _all("keys", check_keys(resources.gateway)),
            _all("database", check_database(resources.database, resources.clock)),
            _all("audit log", check_audit_log(resources.database, resources.audit_store)),
            _all("peers", check_peers(resources.settings, resources.directory, resources.http_client)),
        )
    return [*check_configuration(configuration), *(finding for group in groups for finding in group)]


async def _all(check: str, findings: AsyncIterator[Finding]) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async for finding in findings:
                found.append(finding)  # noqa: PERF401 - what was found before the time ran out counts
    except TimeoutError:
        found.append(
            failed(check, "takes too long to answer", "Look at its load and at the network between.")
        )
    return found
