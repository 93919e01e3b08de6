"""Verifies JWT access tokens of an OpenID Connect provider (RFC 9068 and Keycloak's older format).

Opaque tokens are not supported: token introspection on each request would make the provider a bottleneck.
"""

from datetime import datetime
from typing import Protocol

from keydesk.auth.claims import (
    MALFORMED,
    Claims,
    audiences,
    lifetime_end,
    nested,
    optional_text,
    text_claim,
)
from keydesk.auth.jwks import KeyCache
from keydesk.auth.person_names import group_refs, person_ref
from keydesk.auth.signature import check_signature, key_id
from keydesk.auth.signed_token import SignedToken, read_token
from keydesk.auth.token_use import TokenUse, token_use
from keydesk.auth.verifier import Verified
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Asserted, Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import OidcIssuer


class Links(Protocol):
    """Links each (issuer, subject) to one person and each person to one subject, on first use."""

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        """Return the person linked to the subject, or link it to `wanted_ref`.

        A renamed user keeps their account, and a user with a reused name does not get the previous owner's
        account. Raises NotSignedIn if another subject is linked to that person, and StorageUnavailable.
        """


_PARTY_CLAIMS = ("azp", "client_id", "appid", "cid")
"""Claims with the client that the token was issued to: OpenID Connect and Keycloak, RFC 9068, Microsoft, Okta."""
_KEYCLOAK_SERVICE = "service-account-"


def is_token_for(client_id: str, token: str) -> bool:
    """Return whether a verified token was issued to this client, or is an ID token for it."""
    read = read_token(token)
    return read is not None and client_id in _parties(read.claims) | audiences(read.claims)


def _parties(claims: Claims) -> set[str]:
    return {claims[name] for name in _PARTY_CLAIMS if isinstance(claims.get(name), str)}


class OidcTokens:
    """Verifies access tokens of `config.issuer` for the configured audience."""

    def __init__(self, config: OidcIssuer, keys: KeyCache, links: Links, clock: Clock) -> None:
        self._config = config
        self._keys = keys
        self._links = links
        self._clock = clock

    async def examine(self, token: SignedToken, also: Claims | None = None) -> Verified | None:
        """Return the caller, or None for another issuer's token or another audience.

        Another rule for the same issuer may accept the token, such as the CLI bridge's. `also` holds claims about
        the same subject from another source; the token's own claims take precedence.
        """
        if token.claims.get("iss") != self._config.issuer or not self._is_meant_for_us(token.claims):
            return None
        expires_at = await self._checked(token)
        subject = text_claim(token.claims, "sub")
        return await self._caller({**(also or {}), **token.claims}, subject, expires_at)

    async def identity_claims(self, token: SignedToken) -> Claims:
        """Return the claims of an ID token from a refresh, without resolving its subject.

        Raises NotSignedIn if the token is not valid, and IdentityProviderUnavailable.
        """
        if token.claims.get("iss") != self._config.issuer or not self._is_meant_for_us(token.claims):
            raise NotSignedIn(MALFORMED)
        await self._checked(token)
        return token.claims

    async def _checked(self, token: SignedToken) -> datetime:
        """Return the token's expiration time after checking its header, lifetime and signature."""
        kid = key_id(token, self._config.algorithms)
        self._refuse_other_uses(token)
        expires_at = lifetime_end(token.claims, self._clock(), self._config.leeway_seconds)
        text_claim(token.claims, "sub")
        check_signature(token, await self._keys.find(kid), self._config.algorithms)
        return expires_at

    def _is_meant_for_us(self, claims: Claims) -> bool:
        config = self._config
        parties = _parties(claims)
        right_audience = not config.audiences or not audiences(claims).isdisjoint(config.audiences)
        right_party = not config.authorized_parties or (
            bool(parties) and parties.issubset(config.authorized_parties)
        )
        return right_audience and right_party

    def _refuse_other_uses(self, token: SignedToken) -> None:
        use = token_use(token)
        if use is TokenUse.IDENTITY and not self._config.accept_id_tokens:
            raise NotSignedIn(message("This is an ID token. Send an access token instead."))
        # A sender-constrained token (RFC 8705, RFC 9449) needs proof of possession, which Keydesk does not check.
        if use is TokenUse.OTHER or "cnf" in token.claims:
            raise NotSignedIn(MALFORMED)

    async def _caller(self, claims: Claims, subject: str, expires_at: datetime) -> Verified:
        service = _service(claims, subject)
        if service is not None:
            return Verified(service, expires_at)
        wanted = person_ref(
            self._name(claims), self._config.namespace, ignore_case=self._config.names_ignore_case
        )
        ref = await self._links.ref_for(self._config.issuer, subject, wanted)
        return Verified(Person(ref, self.asserted(claims)), expires_at)

    def _name(self, claims: Claims) -> str:
        name = self._config.name_claim
        if name == self._config.email_claim and self._email(claims) is None:
            raise NotSignedIn(message("The identity provider has not verified your email address."))
        value = optional_text(nested(claims, name))
        if value is None:
            raise NotSignedIn(message("This credential does not identify a user or client."))
        return value

    def asserted(self, claims: Claims) -> Asserted:
        """Return the person's attributes from verified claims."""
        config = self._config
        display_name = nested(claims, config.display_name_claim) if config.display_name_claim else None
        groups = nested(claims, config.groups_claim) if config.groups_claim else None
        return Asserted(
            email=self._email(claims),
            display_name=optional_text(display_name),
            groups=group_refs(
                groups if isinstance(groups, list) else (), config.namespace, config.group_names
            ),
            cost_center=optional_text(nested(claims, config.cost_center_claim))
            if config.cost_center_claim
            else None,
            labels=tuple(
                (label, text)
                for label, claim in config.label_claims.items()
                if (text := optional_text(nested(claims, claim))) is not None
            ),
        )

    def _email(self, claims: Claims) -> str | None:
        """Return the email address, only if the provider has verified it."""
        if self._config.email_claim is None or claims.get("email_verified") is not True:
            return None
        email = optional_text(nested(claims, self._config.email_claim))
        return email if email and "@" in email else None


def _service(claims: Claims, subject: str) -> Service | None:
    """Return the client that a token without a user belongs to (client credentials grant).

    In RFC 9068 the subject is the client. Keycloak, Microsoft and Auth0 use other claims.
    """
    parties = [claims[name] for name in _PARTY_CLAIMS if isinstance(claims.get(name), str)]
    name = claims.get("preferred_username")
    is_service = (
        subject in parties
        or (isinstance(name, str) and name.startswith(_KEYCLOAK_SERVICE))
        or claims.get("idtyp") == "app"
        or claims.get("gty") == "client-credentials"
    )
    return Service(f"oidc:{parties[0] if parties else subject}") if is_service else None
