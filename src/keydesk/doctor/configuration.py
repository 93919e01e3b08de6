"""What may be wrong with a configuration that can be used. Asks nobody."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from keydesk.doctor.finding import Finding, ok, warning
from keydesk.settings import Loopback, Settings
from keydesk.settings.loading import Configuration


def check_configuration(configuration: Configuration) -> Iterator[Finding]:
    """The warnings of its loading, and what is allowed but seldom meant."""
    found = [
        warning("configuration", text, "Mend it in the file or variable that is named.")
        for text in configuration.warnings
    ]
    yield from found or [ok("configuration", "every setting can be used")]
    yield _secret(configuration.settings)
    yield from _exposure(configuration.settings)


def _secret(settings: Settings) -> Finding:
    if settings.secret is not None:
        return ok("secret", "is set")
    return warning(
        "secret",
        "is not set: ids of keys and the audit chain derive from LiteLLM's master key",
        "Set `secret` to 32 or more random characters before the master key is ever replaced "
        "(KEYDESK_SECRET; openssl rand -base64 36).",
    )


def _exposure(settings: Settings) -> Iterator[Finding]:
    away = settings.server.host not in Loopback
    if away and "*" in settings.server.allowed_hosts:
        yield warning(
            "host names",
            "requests for any host name are answered",
            "List the names people use in server.allowedHosts.",
        )
    if settings.metrics.enabled and settings.metrics.host not in Loopback:
        yield warning(
            "metrics",
            f"are served on {settings.metrics.host}:{settings.metrics.port} without sign-in",
            "Let a network policy or firewall admit Prometheus only.",
        )
    gateway = urlsplit(settings.litellm.base_url)
    if gateway.scheme == "http" and "." in (gateway.hostname or "") and gateway.hostname not in Loopback:
        yield warning(
            "transport",
            "the master key travels to LiteLLM without TLS",
            "Use an https address in litellm.baseUrl, unless the network between the two is trusted.",
        )
