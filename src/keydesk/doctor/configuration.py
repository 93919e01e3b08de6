"""Checks a valid configuration for risky settings. Makes no network calls."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from keydesk.doctor.finding import Finding, ok, warning
from keydesk.settings import Loopback, Settings
from keydesk.settings.loading import Configuration


def check_configuration(configuration: Configuration) -> Iterator[Finding]:
    """Yield the warnings of the configuration, and findings about risky settings."""
    found = [
        warning("configuration", text, "Correct the setting in the file or variable that the message names.")
        for text in configuration.warnings
    ]
    yield from found or [ok("configuration", "is valid")]
    yield _secret(configuration.settings)
    yield from _exposure(configuration.settings)


def _secret(settings: Settings) -> Finding:
    if settings.secret is not None:
        return ok("secret", "is set")
    return warning(
        "secret",
        "is not set, so key ids and the audit log depend on LiteLLM's master key",
        "Set `secret` (KEYDESK_SECRET) to at least 32 random characters before you change the master key, "
        "for example with `openssl rand -base64 36`.",
    )


def _exposure(settings: Settings) -> Iterator[Finding]:
    away = settings.server.host not in Loopback
    if away and "*" in settings.server.allowed_hosts:
        yield warning(
            "host names",
            "Keydesk accepts requests for any host name",
            "List the host names of Keydesk in server.allowedHosts.",
        )
    if settings.metrics.enabled and settings.metrics.host not in Loopback:
        yield warning(
            "metrics",
            f"are served on {settings.metrics.host}:{settings.metrics.port} without authentication",
            "Allow only Prometheus to connect, with a network policy or firewall.",
        )
    gateway = urlsplit(settings.litellm.base_url)
    if gateway.scheme == "http" and "." in (gateway.hostname or "") and gateway.hostname not in Loopback:
        yield warning(
            "transport",
            "Keydesk sends the master key to LiteLLM without TLS",
            "Use an HTTPS URL in litellm.baseUrl, unless you trust the network.",
        )
