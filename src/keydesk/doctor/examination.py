"""Runs all checks. Nothing is changed: the write to the database that tests its permissions is rolled back."""

import asyncio
from collections.abc import AsyncIterator

from keydesk.container.resources import Resources
from keydesk.doctor.backstage import check_backstage
from keydesk.doctor.configuration import check_configuration
from keydesk.doctor.database import check_audit_log, check_database
from keydesk.doctor.directory import check_directory
from keydesk.doctor.finding import Finding, failed
from keydesk.doctor.gateway import check_gateway, check_keys
from keydesk.doctor.notices import check_notices
from keydesk.doctor.oidc import check_providers
from keydesk.doctor.public_address import check_public_address
from keydesk.doctor.workloads import check_workloads
from keydesk.kit.clock import utc_now
from keydesk.settings import Metrics, Tracing
from keydesk.settings.loading import Configuration

_TIMEOUT_SECONDS = 60.0


async def examine(configuration: Configuration) -> list[Finding]:
    """Return all findings. Raises PeopleFileError if the people file is invalid."""
    silent = {"metrics": Metrics(), "tracing": Tracing()}
    resources = Resources(configuration.settings.model_copy(update=silent), utc_now)
    peers = (resources.settings, resources.http_client, resources.clock)
    async with resources.closing:
        groups = await asyncio.gather(
            _all(
                "litellm",
                check_gateway(resources.gateway, resources.clock, resources.settings.litellm.base_url),
            ),
            _all("keys", check_keys(resources.gateway)),
            _all("database", check_database(resources.database, resources.clock)),
            _all("audit log", check_audit_log(resources.database, resources.audit_store)),
            _all("backstage", check_backstage(*peers)),
            _all("identity providers", check_providers(*peers)),
            _all("workloads", check_workloads(resources)),
            _all("notices", check_notices(resources)),
            _all("portal address", check_public_address(resources.settings, resources.http_client)),
        )
    configured = [*check_configuration(configuration), check_directory(configuration.settings)]
    return [*configured, *(finding for group in groups for finding in group)]


async def _all(check: str, findings: AsyncIterator[Finding]) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            async for finding in findings:
                found.append(finding)  # noqa: PERF401 - keeps the findings before a timeout
    except TimeoutError:
        found.append(failed(check, "does not respond in time", "Check its load and the network connection."))
    return found
