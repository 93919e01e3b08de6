"""Checks that the address of the portal leads to Keydesk, through the reverse proxy in front of it."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from urllib.parse import urlsplit

from keydesk.doctor.answers import Endpoint
from keydesk.doctor.connection import why_unreachable
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError
from keydesk.kit.problems import UntrustedOrigin
from keydesk.settings import Settings

_LIVE = "/api/litellm/health/live"
_CHECK = "portal address"


async def check_public_address(settings: Settings, http_client: HttpClient) -> AsyncIterator[Finding]:
    """Yield findings about `portal.baseUrl`. An address that is away is no failure: Keydesk may not run yet."""
    base_url = settings.portal.base_url
    if base_url is None:
        return
    yield _host_name(base_url, settings.server.allowed_hosts)
    endpoint = Endpoint(_CHECK, base_url + _LIVE, "portal.baseUrl")
    try:
        reply = await http_client.get(endpoint.url)
    except HttpClientError as failure:
        if failure.kind is FailureKind.UNREACHABLE and (why := await why_unreachable(endpoint.url)):
            yield skipped(_CHECK, f"could not be checked: {why}")
        else:
            yield await endpoint.unreachable(failure)
        return
    yield _answered(endpoint, reply.status, reply.json)


def _answered(endpoint: Endpoint, status: int, content: object) -> Finding:
    if status == HTTPStatus.OK and content == {"status": "ok"}:
        return ok(_CHECK, "leads to Keydesk")
    if status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}:
        return warning(
            _CHECK,
            f"the reverse proxy answers with status {status}, because it does not reach Keydesk",
            f"Start Keydesk, and check that the proxy forwards to server.host and server.port. {endpoint.try_it}",
        )
    if isinstance(content, dict) and str(content.get("type")).endswith(UntrustedOrigin.slug):
        return failed(
            _CHECK,
            "the reverse proxy forwards a Host header that server.allowedHosts does not list",
            f"Forward `Host` unchanged, and list the host of portal.baseUrl in server.allowedHosts. {endpoint.try_it}",
        )
    remedy = "Check that the proxy forwards all paths of this host to Keydesk, without a sign-in of its own."
    return endpoint.wrong_status(status, remedy)


def _host_name(base_url: str, allowed: tuple[str, ...]) -> Finding:
    host = urlsplit(base_url).hostname or ""
    if "*" in allowed or host in map(str.lower, allowed):
        return ok("portal host name", f"{host} is in server.allowedHosts")
    return warning(
        "portal host name",
        f"server.allowedHosts does not list {host}, the host of portal.baseUrl",
        f"Add {host} to server.allowedHosts, unless the reverse proxy replaces the Host header.",
    )
