"""Checks OpenID Connect providers: discovery, signing keys, clock, and the portal's client."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from keydesk.auth.key_sources import DISCOVERY, SourceFailed, key_set_address, keys_at
from keydesk.auth.provider import Provider
from keydesk.doctor.answers import Endpoint
from keydesk.doctor.command_line_client import check_command_line_client
from keydesk.doctor.finding import Finding, State, check_clock, failed, ok, skipped, warning
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient, HttpClientError, Reply
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.settings import OidcSignIn, Settings

_BRIDGE_ALGORITHMS = ("RS256", "PS256", "ES256")
_CLIENT = "sign-in client"
_REJECTS_CLIENT = {"invalid_client", "unauthorized_client"}
_ACCEPTS_CLIENT = {"invalid_grant", "invalid_request"}


def issuers_of(settings: Settings) -> dict[str, tuple[str, Collection[str]]]:
    """Return the setting and the algorithms of each issuer that the configuration names."""
    found: dict[str, tuple[str, Collection[str]]] = {}
    for index, rule in enumerate(settings.identity.oidc):
        found.setdefault(rule.issuer, (f"identity.oidc[{index}].issuer", rule.algorithms))
    bridge, sign_in = settings.litellm.bridge, settings.portal.sign_in
    if bridge.enabled and bridge.issuer is not None:
        found.setdefault(bridge.issuer, ("litellm.bridge.issuer", _BRIDGE_ALGORITHMS))
    if sign_in is not None:
        found.setdefault(sign_in.issuer, ("portal.signIn.issuer", sign_in.algorithms))
    for index, workload in enumerate(settings.workloads):
        if workload.jwks_uri is None:
            found.setdefault(workload.issuer, (f"workloads[{index}].issuer", workload.algorithms))
    return found


async def check_providers(
    settings: Settings, http_client: HttpClient, clock: Clock
) -> AsyncIterator[Finding]:
    broken = set()
    for issuer, rule in issuers_of(settings).items():
        async for finding in _check_issuer(http_client, clock, issuer, rule):
            if finding.check == _discovery(issuer) and finding.state is State.FAILED:
                broken.add(issuer)
            yield finding
    sign_in = settings.portal.sign_in
    if sign_in is not None and sign_in.issuer in broken:
        yield skipped(_CLIENT, "could not be checked without the discovery document")
    elif sign_in is not None:
        yield await check_client(sign_in, http_client, clock)
    provider = settings.identity.command_line
    if provider is not None and provider.command_line is not None and provider.issuer not in broken:
        yield await check_command_line_client(provider, provider.command_line.client_id, http_client)


def _discovery(issuer: str) -> str:
    return f"discovery of {issuer}"


async def _check_issuer(
    http_client: HttpClient, clock: Clock, issuer: str, rule: tuple[str, Collection[str]]
) -> AsyncIterator[Finding]:
    setting, algorithms = rule
    discovery = Endpoint(_discovery(issuer), issuer.rstrip("/") + DISCOVERY, setting)
    try:
        reply = await http_client.get(discovery.url)
    except HttpClientError as failure:
        yield await discovery.unreachable(failure)
        return
    yield check_clock(f"clock of {issuer}", "the provider", date_of(reply), clock())
    try:
        address = key_set_address(reply, issuer)
    except SourceFailed as failure:
        yield _wrong_document(discovery, reply, issuer, str(failure))
        return
    yield ok(discovery.check, "is valid")
    yield await _keys(
        http_client, Endpoint(f"keys of {issuer}", address, "jwks_uri of the provider"), algorithms
    )


def _wrong_document(discovery: Endpoint, reply: Reply, issuer: str, reason: str) -> Finding:
    if reply.status != HTTPStatus.OK:
        remedy = f"Correct {discovery.setting}: it is the URL before {DISCOVERY}, often with a path."
        return discovery.wrong_status(reply.status, remedy)
    named = reply.json.get("issuer") if isinstance(reply.json, dict) else None
    if isinstance(named, str) and named.rstrip("/") == issuer.rstrip("/"):
        reason = f"the provider spells its issuer {'with' if named.endswith('/') else 'without'} a slash at the end"
    remedy = f"Set {discovery.setting} to the value of `issuer` in this document. {discovery.try_it}"
    return failed(discovery.check, reason, remedy)


async def _keys(http_client: HttpClient, keys: Endpoint, algorithms: Collection[str]) -> Finding:
    try:
        found = await keys_at(http_client, keys.url, algorithms)()
    except SourceFailed as failure:
        return failed(
            keys.check,
            f"the discovery document is valid, but its key set cannot be used: {failure}",
            f"Check that this machine can connect to the jwks_uri of the provider, and that it has a key for "
            f"{', '.join(algorithms)}. {keys.try_it}",
        )
    return ok(keys.check, f"{len(found)} valid")


async def check_client(sign_in: OidcSignIn, http_client: HttpClient, clock: Clock) -> Finding:
    """Check the client id and secret with an invalid authorization code, which the provider must reject as such."""
    try:
        error, status = await Provider(sign_in, http_client, clock).client_error()
    except IdentityProviderUnavailable:
        return failed(
            _CLIENT,
            "could not be checked: the token endpoint of the provider is missing or does not respond",
            "Check that this machine can connect to the token_endpoint in the discovery document of "
            f"{sign_in.issuer}. Run `curl -i {sign_in.issuer.rstrip('/')}{DISCOVERY}`.",
        )
    if error in _REJECTS_CLIENT or status == HTTPStatus.UNAUTHORIZED:
        return failed(
            _CLIENT,
            f"the provider rejects the client {sign_in.client_id} or its secret",
            "Set portal.signIn.clientId and clientSecret to the client at the provider, and clientAuthentication to "
            "the method that the client uses there. The client must allow the authorization code flow.",
        )
    if error in _ACCEPTS_CLIENT:
        return ok(_CLIENT, "the provider accepts the client id and the secret")
    return warning(
        _CLIENT,
        f"could not be checked: the token endpoint returns status {status}",
        "Sign in once. If that fails, look for the reason in the log of the provider.",
    )


def date_of(reply: Reply) -> datetime | None:
    """Return the server's time from the response, or None."""
    try:
        date = parsedate_to_datetime(reply.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else None
