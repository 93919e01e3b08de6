"""Access tokens of one OpenID Connect provider, as JSON Web Tokens (RFC 9068, and Keycloak's older form).

Opaque tokens are not asked about at the provider: an introspection per request would make it a bottleneck.
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
from keydesk.auth.signed_token import SignedToken
from keydesk.auth.token_use import TokenUse, token_use
from keydesk.auth.verifier import Verified
from keydesk.kit.clock import Clock
from keydesk.kit.people import Asserted, Person, Service
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import OidcIssuer


class Links(Protocol):
    """Binds each (issuer, subject) to one person, and each person to one subject, on first sight."""

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        """The person that the subject is: the one it was bound to first, else `wanted_ref` from now on.

        So whoever is renamed keeps their account, and whoever is given a used name gets nobody's. Raises
        NotSignedIn when another subject has that person, and StorageUnavailable.
        """


_PARTY_CLAIMS = ("azp", "client_id", "appid", "cid")
"""Who the token was issued to: OpenID Connect and Keycloak, RFC 9068, Microsoft, Okta."""
_KEYCLOAK_SERVICE = "service-account-"


class OidcTokens:
    """Verifies access tokens of `config.issuer` that were meant for us."""

    def __init__(self, config: OidcIssuer, keys: KeyCache, links: Links, clock: Clock) -> None:
        self._config = config
        self._keys = keys
        self._links = links
        self._clock = clock

    async def examine(self, token: SignedToken, also: Claims | None = None) -> Verified | None:
        """The caller; None for a token of another issuer, or one that is not meant for us.

        Another rule for the same issuer may know it, such as the bridge's. `also` is what the issuer said of
        the same subject elsewhere; the token's own claims win over it.
        """
        if token.claims.get("iss") != self._config.issuer or not self._is_meant_for_us(token.claims):
            return None
        expires_at = await self._checked(token)
        subject = text_claim(token.claims, "sub")
        return await self._caller({**(also or {}), **token.claims}, subject, expires_at)

    async def identity_claims(self, token: SignedToken) -> Claims:
        """The claims of an ID token that a refresh gave. Its subject is not looked up.

        Raises NotSignedIn when the token is not valid here, and IdentityProviderUnavailable.
        """
        if token.claims.get("iss") != self._config.issuer or not self._is_meant_for_us(token.claims):
            raise NotSignedIn(MALFORMED)
        await self._checked(token)
        return token.claims

    async def _checked(self, token: SignedToken) -> datetime:
        """When the token expires, once its header, lifetime and signature are found valid."""
        kid = key_id(token, self._config.algorithms)
        self._refuse_other_uses(token)
        expires_at = lifetime_end(token.claims, self._clock(), self._config.leeway_seconds)
        text_claim(token.claims, "sub")
        check_signature(token, await self._keys.find(kid), self._config.algorithms)
        return expires_at

    def _is_meant_for_us(self, claims: Claims) -> bool:
        config = self._config
        parties = {claims[name] for name in _PARTY_CLAIMS if isinstance(claims.get(name), str)}
        right_audience = not config.audiences or not audiences(claims).isdisjoint(config.audiences)
        right_party = not config.authorized_parties or (
            bool(parties) and parties.issubset(config.authorized_parties)
        )
        return right_audience and right_party

    def _refuse_other_uses(self, token: SignedToken) -> None:
        use = token_use(token)
        if use is TokenUse.IDENTITY and not self._config.accept_id_tokens:
            raise NotSignedIn("This is an ID token; send the access token instead.")
        # A token bound to its holder's key (RFC 8705, RFC 9449) proves nothing when it is sent without proof.
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
            raise NotSignedIn("Your e-mail address is not verified.")
        value = optional_text(nested(claims, name))
        if value is None:
            raise NotSignedIn("This credential does not say who you are.")
        return value

    def asserted(self, claims: Claims) -> Asserted:
        """What verified claims say of the person."""
        config = self._config
        display_name = nested(claims, config.display_name_claim) if config.display_name_claim else None
        groups = nested(claims, config.groups_claim) if config.groups_claim else None
        return Asserted(
            email=self._email(claims),
            display_name=optional_text(display_name),
            groups=group_refs(groups if isinstance(groups, list) else (), config.namespace),
        )

    def _email(self, claims: Claims) -> str | None:
        """The address, only if the provider has made sure that it is the person's."""
        if self._config.email_claim is None or claims.get("email_verified") is not True:
            return None
        email = optional_text(nested(claims, self._config.email_claim))
        return email if email and "@" in email else None


def _service(claims: Claims, subject: str) -> Service | None:
    """The program that a token without a person belongs to (the client credentials grant).

    RFC 9068 makes the client the subject then; Keycloak, Microsoft and Auth0 have their own ways to say it.
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
