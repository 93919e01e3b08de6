"""HTTP calls to an OpenID Connect provider: discovery, token endpoint, userinfo.

Verifies no tokens; `oidc_sign_in` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from keydesk.auth.key_sources import DISCOVERY, is_allowed_url
from keydesk.kit.clock import Clock
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.http_client import HttpClient, HttpClientError, Reply
from keydesk.kit.messages import message
from keydesk.kit.problems import IdentityProviderUnavailable, SignInFailed
from keydesk.kit.single_flight import SingleFlight
from keydesk.settings import OidcSignIn

_log = structlog.get_logger(__name__)
_OK = 200
_NOT_ACCEPTED = {401, 403}
_DISCOVERY_LIFETIME = timedelta(minutes=10)
_RETRY_SECONDS = 5


class ProviderRefused(Exception):  # noqa: N818 - it reads as what happened
    """The provider rejects a user's token: the user signed out or was removed, or the token expired."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Endpoints from the discovery document. `sends_issuer` is True if responses contain `iss` (RFC 9207)."""

    authorization: str
    token: str
    userinfo: str | None
    end_session: str | None
    sends_issuer: bool


class Provider:
    """Raises IdentityProviderUnavailable if the provider does not respond or returns an unexpected response."""

    def __init__(self, settings: OidcSignIn, http_client: HttpClient, clock: Clock) -> None:
        self._settings = settings
        self._http_client = http_client
        self._clock = clock
        self._cached: tuple[datetime, Endpoints] | None = None
        self._reads: SingleFlight[None, Endpoints] = SingleFlight(
            IdentityProviderUnavailable, keeps_deadline=True
        )
        self._outage = FailureTracker("identity provider", clock, _RETRY_SECONDS)

    async def endpoints(self) -> Endpoints:
        """Return the endpoints from the discovery document, cached for ten minutes.

        Anyone can start a sign-in, so all sign-ins share one fetch, and a failed fetch is retried after five
        seconds. Otherwise anonymous requests could exhaust the connection pool for issuers while a provider hangs.
        """
        return self._fresh() or await self._reads.run(None, self._read_endpoints)

    def _fresh(self) -> Endpoints | None:
        is_fresh = self._cached is not None and self._clock() < self._cached[0] + _DISCOVERY_LIFETIME
        return self._cached[1] if self._cached and is_fresh else None

    async def _read_endpoints(self) -> Endpoints:
        now = self._clock()
        if self._outage.is_paused:
            raise IdentityProviderUnavailable(_RETRY_SECONDS)
        try:
            reply = await self._answer(self._http_client.get(self._settings.issuer.rstrip("/") + DISCOVERY))
            endpoints = self._read(reply)
        except IdentityProviderUnavailable:
            self._outage.failed("no discovery document")
            raise
        self._outage.answered()
        self._cached = (now, endpoints)
        return endpoints

    async def tokens(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """Exchange an authorization code for tokens. Raises SignInFailed if the provider rejects it."""
        reply = await self._token_reply(
            "authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
        )
        if reply.status != _OK or not isinstance(reply.json, Mapping):
            _log.warning("sign_in_code_refused", status=reply.status, error=_oauth_error(reply))
            raise SignInFailed(message("The identity provider rejected the authorization code."))
        return reply.json

    async def refreshed(self, refresh_token: str) -> Mapping[str, Any]:
        """Exchange a refresh token for tokens. Raises ProviderRefused if the provider rejects the user."""
        reply = await self._token_reply("refresh_token", refresh_token=refresh_token)
        if reply.status == _OK and isinstance(reply.json, Mapping):
            return reply.json
        error = _oauth_error(reply)
        _log.warning("session_refresh_refused", status=reply.status, error=error)
        if error in _REFUSALS:
            raise ProviderRefused
        raise IdentityProviderUnavailable(_RETRY_SECONDS)

    async def client_error(self) -> tuple[str | None, int]:
        """Return the OAuth error and the status for an invalid authorization code, for diagnosis.

        `invalid_grant` means that the provider accepts the client, `invalid_client` that it does not.
        """
        reply = await self._token_reply(
            "authorization_code",
            code="keydesk-doctor",
            redirect_uri="https://localhost/",
            code_verifier="0" * 43,
        )
        return _oauth_error(reply), reply.status

    async def userinfo(self, access_token: str) -> Mapping[str, Any]:
        """Return the userinfo claims, empty without a userinfo endpoint.

        Raises ProviderRefused if the endpoint rejects the token.
        """
        endpoint = (await self.endpoints()).userinfo
        if endpoint is None:
            return {}
        headers = {"Authorization": f"Bearer {access_token}"}
        reply = await self._answer(self._http_client.get(endpoint, headers))
        if reply.status in _NOT_ACCEPTED:
            raise ProviderRefused
        return reply.json if reply.status == _OK and isinstance(reply.json, Mapping) else {}

    async def _token_reply(self, grant_type: str, **said: str) -> Reply:
        endpoint = (await self.endpoints()).token
        secret = self._settings.client_secret
        method = self._settings.client_authentication if secret else "none"
        auth = ClientAuth(self._settings.client_id, secret and secret.get_secret_value(), method)
        body = prepare_token_request(grant_type, **said)
        _, headers, content = auth.prepare("POST", endpoint, {}, body)  # type: ignore[no-untyped-call] # its stubs have no types
        return await self._answer(self._http_client.post_form(endpoint, content, headers))

    async def _answer(self, call: Any) -> Reply:
        try:
            reply: Reply = await call
        except HttpClientError as failure:
            _log.warning("identity_provider_not_reached", reason=str(failure.kind))
            raise IdentityProviderUnavailable(_RETRY_SECONDS) from None
        return reply

    def _read(self, reply: Reply) -> Endpoints:
        document = reply.json if reply.status == _OK and isinstance(reply.json, Mapping) else {}
        addresses = {name: self._usable(document.get(f"{name}_endpoint")) for name in _ENDPOINTS}
        authorization, token = addresses["authorization"], addresses["token"]
        if document.get("issuer") != self._settings.issuer or authorization is None or token is None:
            _log.warning("identity_provider_not_usable", status=reply.status)
            raise IdentityProviderUnavailable(_RETRY_SECONDS)
        sends_issuer = document.get("authorization_response_iss_parameter_supported") is True
        return Endpoints(authorization, token, addresses["userinfo"], addresses["end_session"], sends_issuer)

    def _usable(self, address: Any) -> str | None:
        is_usable = isinstance(address, str) and is_allowed_url(address, self._settings.issuer)
        return address if is_usable else None


_ENDPOINTS = ("authorization", "token", "userinfo", "end_session")
_REFUSALS = {"invalid_grant", "access_denied", "interaction_required", "login_required", "consent_required"}
"""OAuth errors of a refresh that require the user to sign in again."""
_OAUTH_ERRORS = {"invalid_request", "invalid_client", "unauthorized_client", *_REFUSALS}


def _oauth_error(reply: Reply) -> str | None:
    """Return the OAuth error code if it is a standard one. Other values are not safe to log."""
    error = reply.json.get("error") if isinstance(reply.json, Mapping) else None
    return error if error in _OAUTH_ERRORS else None
