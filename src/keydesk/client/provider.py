"""Calls an OpenID Connect provider at which people sign in: discovery, tokens and revocation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from keydesk.client.errors import ClientError
from keydesk.client.id_token import Expected, checked_claims, is_time, name_in
from keydesk.client.oauth import Endpoints, Remote, for_terminal
from keydesk.client.provider_client import ID_TOKEN, ProviderClient, is_safe_endpoint
from keydesk.client.tokens import Clock, Tokens
from keydesk.kit.http_client import HttpClient

_DISCOVERY = "/.well-known/openid-configuration"
_USUAL_SECONDS = 300
"""The lifetime of an access token whose answer tells none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider offers. `names_issuer` is whether it names itself in each answer (RFC 9207)."""

    endpoints: Endpoints
    names_issuer: bool


class Provider:
    """Raises Unavailable while the provider is away, and OAuthRefused if it refuses."""

    def __init__(self, client: ProviderClient, http: HttpClient) -> None:
        self.client = client
        self._http = http
        self._remote = Remote(client.issuer, http, client.client_id, "an OpenID Connect provider")

    async def offer(self) -> Offer:
        """Return what the provider offers. Raises ClientError if it is another one, or does not encrypt."""
        issuer = self.client.issuer
        found = self._remote.json(await self._remote.reply(self._http.get(issuer.rstrip("/") + _DISCOVERY)))
        if found.get("issuer") != issuer:
            other = for_terminal(found.get("issuer"))
            raise ClientError(f"The provider at {issuer} calls itself {other}. Nothing was sent there.")
        named = (_authorization(found), *(found.get(f"{name}_endpoint") for name in _OTHERS))
        addresses = [address or "" for address in named]
        if not all(
            not each or (isinstance(each, str) and is_safe_endpoint(each, issuer)) for each in addresses
        ):
            raise ClientError(
                f"The provider at {issuer} names endpoints without https://. Nothing was sent there."
            )
        if not found.get("token_endpoint"):
            raise ClientError(f"The provider at {issuer} names no token endpoint.")
        return Offer(
            Endpoints(*addresses), found.get("authorization_response_iss_parameter_supported") is True
        )

    async def endpoints(self) -> Endpoints:
        return (await self.offer()).endpoints

    async def send_form(self, endpoint: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer of an OAuth endpoint. Raises OAuthRefused."""
        return await self._remote.send_form(endpoint, fields)

    async def revoke(self, endpoint: str, token: str) -> None:
        """Revoke a token (RFC 7009). Whatever the answer has in its body is ignored."""
        await self._remote.revoke(endpoint, token)

    def signed_in(self, answer: Mapping[str, Any], nonce: str | None, clock: Clock) -> Tokens:
        """Return the tokens of a new sign-in. Raises ClientError if its ID token is not the one that was asked for."""
        claims = checked_claims(answer.get("id_token"), self._expected(clock, nonce=nonce))
        tokens = Tokens("", "", 0.0, name_in(claims), claims["sub"])
        return self._with(tokens, answer, claims, clock)

    def refreshed(self, answer: Mapping[str, Any], previous: Tokens, clock: Clock) -> Tokens:
        """Return the tokens of a refresh, which can leave out the refresh token and the ID token."""
        claims = None
        if self.client.token == ID_TOKEN or answer.get("id_token"):
            claims = checked_claims(answer.get("id_token"), self._expected(clock, subject=previous.subject))
        return self._with(previous, answer, claims, clock)

    def _with(
        self, tokens: Tokens, answer: Mapping[str, Any], claims: Mapping[str, Any] | None, clock: Clock
    ) -> Tokens:
        access, refresh = answer.get(self.client.token), answer.get("refresh_token") or tokens.refresh
        kind = answer.get("token_type", "Bearer")
        if not isinstance(access, str) or not access or not isinstance(refresh, str):
            raise ClientError("The provider did not answer with tokens.")
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise ClientError("The provider issues tokens that only work with a proof of possession.")
        if self.client.token == ID_TOKEN and claims is not None:
            return replace(tokens, access=access, refresh=refresh, expires_at=float(claims["exp"]))
        seconds = answer.get("expires_in")
        lifetime = seconds if is_time(seconds) else _USUAL_SECONDS
        return replace(tokens, access=access, refresh=refresh, expires_at=clock() + lifetime)

    def _expected(self, clock: Clock, nonce: str | None = None, subject: str | None = None) -> Expected:
        return Expected(self.client.issuer, self.client.client_id, clock(), nonce, subject)


_OTHERS = ("device_authorization", "token", "revocation")


def _authorization(found: Mapping[str, Any]) -> Any:
    """Return the endpoint for browsers, unless the provider says that it lacks the code flow or PKCE with S256.

    Some providers support PKCE without announcing any method. The nonce protects a code there, too.
    """
    methods, kinds = (
        found.get(name) for name in ("code_challenge_methods_supported", "response_types_supported")
    )
    has_challenge = not isinstance(methods, list) or "S256" in methods
    has_code = not isinstance(kinds, list) or "code" in kinds
    return found.get("authorization_endpoint") if has_challenge and has_code else None
