"""Confirms a signed-in user with the OpenID Connect provider. Stores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keydesk.auth.claims import nested
from keydesk.auth.grants import Grant, grant_of
from keydesk.auth.oidc import OidcTokens
from keydesk.auth.provider import Provider, ProviderRefused
from keydesk.auth.signed_token import SignedToken, read_token
from keydesk.kit.clock import Clock
from keydesk.kit.people import Asserted
from keydesk.settings import OidcSignIn


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A grant after a refresh, and the new ID token if the provider returned one. The ID token is not verified yet."""

    grant: Grant
    id_token: SignedToken | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Confirmation:
    """Raises ProviderRefused if the provider rejects the user, else IdentityProviderUnavailable."""

    settings: OidcSignIn
    provider: Provider
    tokens: OidcTokens
    clock: Clock

    async def refreshed(self, grant: Grant) -> Refreshed:
        """Return new tokens for the refresh token, or the same grant if it has no refresh token.

        The caller must store the new grant before anything else: a rotated refresh token works only once.
        """
        if grant.refresh_token is None:
            return Refreshed(grant)
        response = await self.provider.refreshed(grant.refresh_token)
        new = grant_of(response, self.clock().timestamp(), grant)
        return Refreshed(new, read_token(str(response.get("id_token", ""))))

    async def asserted(self, now: Refreshed, subject: str, before: Asserted) -> Asserted | None:
        """Return the user's current claims, or None if the provider returns no groups.

        Raises NotSignedIn for an ID token that is not valid.
        """
        id_claims = await self._of_id_token(now.id_token, subject)
        claims = {**await self._userinfo(now.grant, id_claims, subject), **id_claims}
        group_claim = self.settings.groups_claim
        if not claims:
            return None
        if group_claim is not None and before.groups and nested(claims, group_claim) is None:
            return None
        current = self.tokens.asserted(claims)
        email_claim, name_claim = self.settings.email_claim, self.settings.display_name_claim
        return Asserted(
            email=current.email if email_claim and nested(claims, email_claim) is not None else before.email,
            display_name=current.display_name
            if name_claim and nested(claims, name_claim) is not None
            else before.display_name,
            groups=current.groups,
            cost_center=current.cost_center or before.cost_center,
            labels=tuple({**dict(before.labels), **dict(current.labels)}.items()),
        )

    async def _of_id_token(self, token: SignedToken | None, subject: str) -> Mapping[str, Any]:
        """Return the ID token's claims, empty without a token. Raises ProviderRefused for a different subject."""
        if token is None:
            return {}
        claims = await self.tokens.identity_claims(token)
        if claims.get("sub") != subject:
            raise ProviderRefused
        return claims

    async def _userinfo(self, grant: Grant, id_claims: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """Return the userinfo claims if the ID token lacks required ones. Claims of a different subject are ignored."""
        names = (self.settings.email_claim, self.settings.groups_claim)
        is_complete = bool(id_claims) and all(nested(id_claims, name) is not None for name in names if name)
        if is_complete or grant.access_token is None:
            return {}
        found = await self.provider.userinfo(grant.access_token)
        return found if found.get("sub") == subject else {}
