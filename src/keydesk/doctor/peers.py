"""Whether those who say who people are can be asked: the directory, the issuers' keys, the permission service."""

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
            "cannot say who people are",
            "Look whether Backstage runs at directory.backstage.baseUrl and accepts directory.backstage.token "
            "(backend.auth.externalAccess, with access to the catalog).",
        )
    if settings.directory.is_empty and not settings.demo.enabled:
        return warning("directory", "is empty", "Set directory.backstage, people, peopleFile or claims.")
    return ok("directory", "answers")


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
            "Look whether the issuer runs, is written exactly as it calls itself, and can be reached from here.",
        )
    return ok(name, f"{len(keys)} usable")


async def _permissions(settings: Settings, http_client: HttpClient) -> Finding:
    """Without a person's token the service refuses; that it does so shows that it is there."""
    check = "permission service"
    if not settings.permissions.backstage or settings.identity.backstage is None:
        return skipped(check, "permissions come from this configuration")
    remedy = "Look whether Backstage's permission backend is installed and permission.enabled is true there."
    try:
        reply = await http_client.post(settings.identity.backstage.base_url + _AUTHORIZE, {"items": []})
    except HttpClientError as failure:
        return failed(check, f"gives no answer ({failure.kind}): everything would be denied", remedy)
    if reply.status == HTTPStatus.OK or reply.status in _REFUSALS:
        return ok(check, "answers")
    return failed(check, f"answers {reply.status}: everything would be denied", remedy)
