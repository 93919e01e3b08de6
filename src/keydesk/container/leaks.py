"""Builds the service for reports of leaked keys, and its receivers."""

from keydesk.api.services import LeakServices
from keydesk.container.resources import Resources
from keydesk.leaks.github import GitHubReports, github_key_cache
from keydesk.leaks.public import PublicReports
from keydesk.leaks.scanner import ScannerReports
from keydesk.leaks.service import Leaks
from keydesk.settings.notices import signing_key


def assemble_leaks(resources: Resources) -> LeakServices:
    """Return the services. GitHub's keys are fetched with its first report."""
    leaks = Leaks(
        gateway=resources.gateway,
        ids=resources.key_ids,
        keys=resources.key_store,
        secrets=resources.key_secrets,
        accounts=resources.account_store,
        leases=resources.leases,
        audit=resources.audit,
        clock=resources.clock,
        master_key=resources.settings.litellm.master_key,
        outbox=resources.outbox,
        counts=resources.figures.leaks,
    )
    settings, clock = resources.settings.leaks, resources.clock
    keys = github_key_cache(resources.http_client, settings.github.keys_url, clock)
    resources.closing.push_async_callback(keys.aclose)
    secret = settings.scanner.signing_secret
    key = signing_key(secret) if secret else None
    return LeakServices(
        reports=leaks,
        public=PublicReports(leaks, settings.response_seconds),
        github=GitHubReports(leaks, keys),
        scanner=ScannerReports(leaks, clock, settings.scanner.tolerance_seconds, key),
    )
