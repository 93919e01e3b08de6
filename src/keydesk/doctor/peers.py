"""Checks the services for authentication and permissions: directory, signing keys and permission service."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from keydesk.auth.key_sources import KeySource, SourceFailed, discovered_keys, keys_at
from keydesk.directory.entry import Directory
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.kit.http_client import HttpClient, HttpClientError
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import Settings

_NOBODY = Person("user:default/keydesk-doctor-nobody")
_BACKSTAGE_KEYS = "/api/auth/.well-known/jwks.json"
_AUTHORIZE = "/api/permission/authorize"
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


async def check_peers(
    settings: Settings, directory: Directory, http_client: HttpClient
) -> AsyncIterator[Finding]:
    yield await _directory(settings, directory)
    for name, source in _sources(settings, http_client):
        yield await _keys(name, source)
    yield await _permissions(settings, http_client)


async def _directory(settings: Settings, directory: Directory) -> Finding:
    try:
        await directory.find(_NOBODY)
    except DirectoryUnavailable:
        return failed(
            "directory",
            "is unavailable",
            "Check that Backstage is running at directory.backstage.baseUrl and accepts directory.backstage.token "
            "(backend.auth.externalAccess, with access to the catalog).",
        )
    if settings.directory.is_empty and not settings.demo.enabled:
        return warning("directory", "is empty", "Set directory.backstage, people, peopleFile or claims.")
    return ok("directory", "is reachable")


def _sources(settings: Settings, http_client: HttpClient) -> list[tuple[str, KeySource]]:
    sources: list[tuple[str, KeySource]] = []
    if backstage := settings.identity.backstage:
        url = backstage.base_url + _BACKSTAGE_KEYS
        sources.append(("backstage keys", keys_at(http_client, url, backstage.algorithms)))
    for rule in settings.identity.oidc:
        source = discovered_keys(http_client, rule.issuer, rule.algorithms)
        sources.append((f"keys of {rule.issuer}", source))
    bridge = settings.litellm.bridge
    if bridge.enabled and bridge.issuer is not None:
        algorithms = ("RS256", "PS256", "ES256")
        sources.append((f"keys of {bridge.issuer}", discovered_keys(http_client, bridge.issuer, algorithms)))
    return sources


async def _keys(name: str, source: KeySource) -> Finding:
    try:
        keys = await source()
    except SourceFailed as failure:
        return failed(
            name,
            f"cannot be fetched: {failure}",
            "Check that the provider is running, that the issuer is spelled exactly as in its discovery document, "
            "and that this machine can connect to it.",
        )
    return ok(name, f"{len(keys)} valid")


async def _permissions(settings: Settings, http_client: HttpClient) -> Finding:
    """Check the permission service. It rejects requests without a user's token, which shows that it is running."""
    check = "permission service"
    if not settings.permissions.backstage or settings.identity.backstage is None:
        return skipped(check, "not used: permissions are in the configuration")
    remedy = "Check that Backstage's permission backend is installed and that permission.enabled is true."
    try:
        reply = await http_client.post(settings.identity.backstage.base_url + _AUTHORIZE, {"items": []})
    except HttpClientError as failure:
        return failed(check, f"does not respond ({failure.kind}), so all requests are denied", remedy)
    if reply.status == HTTPStatus.OK or reply.status in _REFUSALS:
        return ok(check, "is reachable")
    return failed(check, f"returns status {reply.status}, so all requests are denied", remedy)
