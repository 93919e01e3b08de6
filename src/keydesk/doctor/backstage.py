"""Checks each part of Backstage that Keydesk uses: token keys, catalog and permission service."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from keydesk.auth.key_sources import SourceFailed, keys_in
from keydesk.directory.catalog import BY_REFS, Catalog, CatalogError
from keydesk.doctor.answers import Endpoint
from keydesk.doctor.finding import Finding, check_clock, failed, ok, skipped
from keydesk.doctor.oidc import date_of
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import FailureKind, HttpClient, HttpClientError
from keydesk.settings import BackstageCatalog, BackstageIdentity, Settings

_NOBODY = "user:default/keydesk-doctor-nobody"
_KEYS_PATH = "/api/auth/.well-known/jwks.json"
_AUTHORIZE = "/api/permission/authorize"
_REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


async def check_backstage(
    settings: Settings, http_client: HttpClient, clock: Clock
) -> AsyncIterator[Finding]:
    identity, catalog = settings.identity.backstage, settings.directory.backstage
    if identity is not None:
        async for finding in _keys(identity, http_client, clock):
            yield finding
    if catalog is not None:
        yield await _catalog(catalog, http_client)
    if identity is not None and settings.permissions.backstage:
        yield await _permissions(identity.base_url, http_client)
    else:
        yield skipped("permission service", "not used: permissions are in the configuration")


async def _keys(identity: BackstageIdentity, http_client: HttpClient, clock: Clock) -> AsyncIterator[Finding]:
    keys = Endpoint("backstage keys", identity.base_url + _KEYS_PATH, "identity.backstage.baseUrl")
    try:
        reply = await http_client.get(keys.url)
    except HttpClientError as failure:
        yield await keys.unreachable(failure)
        return
    yield check_clock("backstage clock", "Backstage", date_of(reply), clock())
    if reply.status != HTTPStatus.OK:
        yield keys.wrong_status(
            reply.status,
            f"Set {keys.setting} to Backstage's backend, not its frontend, and check its auth plugin.",
        )
        return
    try:
        yield ok(keys.check, f"{len(keys_in(reply, identity.algorithms))} valid")
    except SourceFailed as failure:
        yield failed(
            keys.check,
            f"cannot be used: {failure}",
            f"Set identity.backstage.algorithms to the algorithm of these keys. {keys.try_it}",
        )


async def _catalog(settings: BackstageCatalog, http_client: HttpClient) -> Finding:
    setting = "directory.backstage.baseUrl"
    catalog = Endpoint("backstage catalog", settings.base_url + BY_REFS, setting)
    try:
        await Catalog(http_client, settings.base_url, settings.token).entities([_NOBODY])
    except CatalogError as error:
        if error.kind is not None:
            return await catalog.unreachable(HttpClientError(error.kind))
        if error.status in _REFUSALS:
            return failed(
                catalog.check,
                f"Backstage rejects directory.backstage.token with status {error.status}",
                "Set it to a static token in backend.auth.externalAccess whose accessRestrictions allow the catalog, "
                "and restart Backstage after you add one.",
            )
        if error.status is not None:
            remedy = f"Set {setting} to Backstage's backend, and check that it has the catalog plugin."
            return catalog.wrong_status(error.status, remedy)
        return failed(
            catalog.check, str(error), f"Check the version of Backstage's catalog. {catalog.try_it}"
        )
    return ok(catalog.check, "is reachable, and accepts the token")


async def _permissions(base_url: str, http_client: HttpClient) -> Finding:
    """Check the permission service. It rejects requests without a user's token, which shows that it is running."""
    service = Endpoint("permission service", base_url + _AUTHORIZE, "identity.backstage.baseUrl")
    try:
        reply = await http_client.post(service.url, {"items": []})
    except HttpClientError as failure:
        if failure.kind is FailureKind.NOT_JSON:
            return failed(
                service.check, "responds with a page, so all requests are denied", _PERMISSION_REMEDY
            )
        return await service.unreachable(failure)
    if reply.status == HTTPStatus.OK or reply.status in _REFUSALS:
        return ok(service.check, "is reachable")
    return service.wrong_status(reply.status, f"All requests are denied. {_PERMISSION_REMEDY}")


_PERMISSION_REMEDY = (
    "Check that Backstage has the permission backend and that permission.enabled is true, or set "
    "permissions.backstage to false and list the groups in grants."
)
